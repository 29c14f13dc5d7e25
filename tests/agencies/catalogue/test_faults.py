"""Errors in catalogue files, with line and message. No database."""

import pytest

from tests.support.rows.catalogues import GLOSAS, QUITO, in_agency, problems_of

# The text of a file, the line of its fault and a piece of what is said of it. The first line of a text is line 1.
BAD = {
    "not YAML at all": ("lines:\n- {slug: a, name: A\n", 3, "no se entiende como YAML"),
    "a tab": ("lines:\n\t- {slug: a, name: A}\n", 2, "tabulador"),
    "two documents": ("lines: []\n---\nlines: []\n", 2, "un solo documento"),
    "an alias of nothing": ("lines: *those\n", 1, "alias"),
    "a list instead of keys": ("- lines\n", 1, "aquí van claves con sus valores: policy, provinces"),
    "an unknown key on top": ("\nagencias: []\n", 2, "clave desconocida «agencias»; ¿quiso decir «agencies»?"),
    "a repeated key on top": ("lines: []\nlines: []\n", 2, "la clave «lines» está repetida"),
    "a thing instead of a list": ("lines: {slug: a, name: A}\n", 1, "«lines» debe ser una lista"),
    "a word instead of a thing": ("lines:\n- cartera\n", 2, "aquí van claves con sus valores: slug, name"),
    "an unknown key": ("lines:\n- slug: a\n  nombre: A\n  name: A\n", 3, "clave desconocida «nombre»"),
    "a near key": ("lines:\n- {slug: a, name: A, nam: B}\n", 2, "«nam»; ¿quiso decir «name»?"),
    "a repeated key": ("lines:\n- slug: a\n  name: A\n  slug: b\n", 4, "la clave «slug» está repetida"),
    "a missing key": ("lines:\n- {slug: otra}\n", 2, "falta la clave «name»"),
    "a null where something must be": ("lines:\n- {slug: otra, name: null}\n", 2, "falta la clave «name»"),
    "an empty text": ('lines:\n- {slug: otra, name: " "}\n', 2, "«name»: el texto está vacío"),
    "a text that YAML takes for true": (
        "lines:\n- {slug: otra, name: Yes}\n",
        2,
        '«name»: va un texto entre comillas: "Yes"',
    ),
    "a long text": (f"lines:\n- {{slug: otra, name: {'a' * 121}}}\n", 2, "121 caracteres de 120"),
    "a text with a null character": ('lines:\n- {slug: otra, name: "a\\0b"}\n', 2, "caracteres que no se ven"),
    "a raw control character": ("lines:\n- {slug: otra, name: a\x01b}\n", 2, "un carácter que no se ve"),
    "a slug with capitals": (
        "lines:\n- {slug: Cartera, name: A}\n",
        2,
        "«slug»: «Cartera» no sirve como identificador",
    ),
    "a slug with an underscore": ("lines:\n- {slug: a_b, name: A}\n", 2, "no sirve como identificador"),
    "a slug with a tilde": ("lines:\n- {slug: gestión, name: A}\n", 2, "no sirve como identificador"),
    "a slug that ends in a hyphen": ("lines:\n- {slug: a-, name: A}\n", 2, "no sirve como identificador"),
    "a slug twice": ("lines:\n- {slug: a, name: A}\n- {slug: a, name: B}\n", 3, "«a» ya está en"),
    "a code without quotes": (
        "provinces:\n- {code: 01, name: Azuay, capital: Cuenca, zone: America/Guayaquil}\n",
        2,
        '«code»: va un texto entre comillas: "01"',
    ),
    "a code that is no province": (
        'provinces:\n- {code: "25", name: A, capital: B, zone: America/Guayaquil}\n',
        2,
        'no es un código de provincia; va de "01" a "24"',
    ),
    "an unknown zone": (
        'provinces:\n- {code: "01", name: A, capital: B, zone: America/Guayaqil}\n',
        2,
        "no existe la zona horaria «America/Guayaqil»; ¿quiso decir «America/Guayaquil»?",
    ),
    "an unknown line": (
        f"procedures:\n- {{{GLOSAS.replace('cartera', 'carter')}}}\n",
        2,
        "no existe la línea «carter»",
    ),
    "an unknown channel": (
        f"procedures:\n- {{{GLOSAS.replace('ambos', 'web')}}}\n",
        2,
        "use una de estas: presencial, virtual",
    ),
    "no minutes": (
        f"procedures:\n- {{{GLOSAS.replace('20', '0')}}}\n",
        2,
        "«minutes»: debe ser un número entero entre 1",
    ),
    "minutes below zero": (f"procedures:\n- {{{GLOSAS.replace('20', '-20')}}}\n", 2, "un número entero entre 1 y 480"),
    "minutes between quotes": (
        f"procedures:\n- {{{GLOSAS.replace('20', chr(34) + '20' + chr(34))}}}\n",
        2,
        "sin comillas",
    ),
    "minutes that YAML takes for octal": (f"procedures:\n- {{{GLOSAS.replace('20', '020')}}}\n", 2, "un número entero"),
    "minutes without end": (f"procedures:\n- {{{GLOSAS.replace('20', '9' * 5000)}}}\n", 2, "un número entero"),
    "an unknown key of a sheet": (
        f"procedures:\n- {{{GLOSAS}, sheet: {{costo: nada}}}}\n",
        2,
        "clave desconocida «costo»",
    ),
    "a sheet's text instead of a list": (
        f"procedures:\n- {{{GLOSAS}, sheet: {{audience: todos}}}}\n",
        2,
        "«audience»: aquí va una lista",
    ),
    "an online address without https": (
        f"procedures:\n- {{{GLOSAS}, sheet: {{online: {{url: www.iess.gob.ec, label: IESS}}}}}}\n",
        2,
        "debe ser una dirección completa que empiece con https://",
    ),
    "a contact that is no address": (
        f"procedures:\n- {{{GLOSAS}, sheet: {{contact: {{office: A, email: nadie}}}}}}\n",
        2,
        "«nadie» no es un correo electrónico",
    ),
    "a follow-up that does not exist": (
        f"procedures:\n- {{{GLOSAS}, sheet: {{follow_ups: [purga]}}}}\n",
        2,
        "no existe el trámite «purga»",
    ),
    "an unknown province": (in_agency("kind: agency").replace('"17"', '"01"'), 2, "no existe la provincia «01»"),
    "an unknown kind": (in_agency("kind: mall"), 2, "use una de estas: agency, mall_point"),
    "a flag in Spanish": (in_agency("demo: sí"), 2, "«demo»: debe ser true o false"),
    "an hour that YAML takes for a number": (
        in_agency('hours: [{days: [mon], open: "08:00", close: 17:00}]'),
        2,
        '«close»: la hora va entre comillas: "17:00"',
    ),
    "an hour after midnight": (
        in_agency('hours: [{days: [mon], open: "08:00", close: "24:10"}]'),
        2,
        "entre 00:00 y 24:00",
    ),
    "an hour of one digit": (in_agency('hours: [{days: [mon], open: "8:00", close: "17:00"}]'), 2, 'como "08:00"'),
    "closing before opening": (
        f'agencies:\n- {{{QUITO},\n  hours: [{{days: [mon],\n  open: "17:00",\n  close: "08:00"}}]}}\n',
        5,
        "la hora de cierre debe ser posterior a la de apertura",
    ),
    "no day": (in_agency('hours: [{days: [], open: "08:00", close: "17:00"}]'), 2, "«days»: la lista está vacía"),
    "a day in Spanish": (
        in_agency('hours: [{days: [lun], open: "08:00", close: "17:00"}]'),
        2,
        "use una de estas: mon, tue",
    ),
    "a day twice": (in_agency('hours: [{days: [mon, mon], open: "08:00", close: "17:00"}]'), 2, "hay un día repetido"),
    "an end before the beginning": (
        in_agency('hours: [{days: [mon], open: "08:00", close: "17:00", from: 2026-02-01, to: 2026-01-31}]'),
        2,
        "la fecha «to» es anterior a «from»",
    ),
    "hours that cross": (
        in_agency(
            'hours: [{days: [mon, tue], open: "08:00", close: "13:00"},\n{days: [tue], open: "12:00", close: "17:00"}]'
        ),
        3,
        "este horario se cruza con el de la línea 2",
    ),
    "a grid step too short": (in_agency("desks: [{line: cartera, windows: 1, slot_minutes: 4}]"), 2, "entre 5 y 240"),
    "a grid step too long": (in_agency("desks: [{line: cartera, windows: 1, slot_minutes: 241}]"), 2, "entre 5 y 240"),
    "windows below zero": (in_agency("desks: [{line: cartera, windows: -1, slot_minutes: 20}]"), 2, "entre 0 y 200"),
    "windows twice from one date": (
        in_agency(
            "desks: [{line: cartera, windows: 1, slot_minutes: 20},\n{line: cartera, windows: 2, slot_minutes: 20}]"
        ),
        3,
        "ya tiene sus ventanillas desde esa fecha (línea 2)",
    ),
    "a day of a line that is not there": (
        in_agency("days: [{date: 2026-12-24, line: cartera, windows: 1}]"),
        2,
        "no tiene ventanillas de «cartera»",
    ),
    "a special day twice": (
        in_agency(
            "desks: [{line: cartera, windows: 1, slot_minutes: 20}]",
            "days: [{date: 2026-12-24, line: cartera, windows: 1},\n{date: 2026-12-24, line: cartera, windows: 2}]",
        ),
        3,
        "el 2026-12-24 de «cartera» ya está en la línea 2",
    ),
    "a date that does not exist": (
        'holidays:\n- {date: 2026-02-30, name: A, province: "17"}\n',
        2,
        "«date»: la fecha 2026-02-30 no existe",
    ),
    "a date the other way round": (
        'holidays:\n- {date: 06/12/2026, name: A, province: "17"}\n',
        2,
        "escríbala como 2026-12-24",
    ),
    "a date and an hour": (
        'holidays:\n- {date: 2026-12-06 08:00:00, name: A, province: "17"}\n',
        2,
        "«2026-12-06 08:00:00» no es una fecha",
    ),
    "a date of another age": (
        'holidays:\n- {date: 0026-12-06, name: A, province: "17"}\n',
        2,
        "entre los años 2000 y 2100",
    ),
    "a holiday without a place": ("holidays:\n- {date: 2026-12-06, name: A}\n", 2, "falta la clave «province»"),
    "a holiday twice": (
        'holidays:\n- {date: 2026-12-06, name: A, province: "17"}\n- {date: 2026-12-06, name: A, province: "17"}\n',
        3,
        "«A» del 2026-12-06 ya está en",
    ),
    "a decree for nobody": (
        "decrees:\n- {date: 2026-01-02, name: A, scope: local}\n",
        2,
        "national, province, canton, agency",
    ),
    "a canton's decree without province": (
        "decrees:\n- {date: 2026-01-02, name: A, scope: canton, canton: Quito}\n",
        2,
        "un decreto de alcance «canton» necesita la clave «province»",
    ),
    "a national decree with a province": (
        'decrees:\n- {date: 2026-01-02, name: A, scope: national,\n  province: "17"}\n',
        3,
        "un decreto de alcance «national» no lleva la clave «province»",
    ),
    "a decree of an unknown agency": (
        "decrees:\n- {date: 2026-01-02, name: A, scope: agency, agency: quito-centr}\n",
        2,
        "no existe la agencia «quito-centr»; ¿quiso decir «quito-centro»?",
    ),
    "an unknown key of the policy": ("policy:\n  hold_minute: 5\n", 2, "«hold_minute»; ¿quiso decir «hold_minutes»?"),
    "a hold that never ends": ("policy: {hold_minutes: 16}\n", 1, "entre 1 y 15"),
    "a horizon of no day": ("policy: {horizon_days: 0}\n", 1, "entre 1 y 365"),
    "caps that shrink": ("policy: {caps: {day: 4, week: 2, month: 10}}\n", 1, "los topes deben crecer"),
    "caps with one left out": ("policy: {caps: {day: 4, week: 4}}\n", 1, "falta la clave «month»"),
    "a release that is a number": ("policy: {release: {at: 10:00}}\n", 1, '«at»: la hora va entre comillas: "10:00"'),
    "a release at two hours": ('policy: {release: {at: "08:00", between: ["07:00", "10:00"]}}\n', 1, "escriba {at:"),
    "a release the wrong way round": ('policy: {release: {between: ["10:00", "07:00"]}}\n', 1, "el menor primero"),
    "a release on the day after": ('policy: {release: {at: "24:00"}}\n', 1, "antes de las 24:00"),
    "a delay with one end": ("policy: {release_delay_minutes: [5]}\n", 1, "deben ser dos valores"),
    "an agency's own wrong policy": (in_agency("policy: {lead_minutes: -1}"), 2, "«lead_minutes»: debe ser un número"),
}


@pytest.mark.parametrize(("text", "line", "words"), BAD.values(), ids=BAD)
def test_an_error_is_reported_with_its_line(tmp_path, text, line, words):
    (found,) = problems_of(tmp_path, text)
    assert found[0] == line
    assert words in found[1]
