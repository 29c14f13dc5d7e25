"""The catalogue that comes with the product: complete, honest, and faithful to the published sheet."""

import csv
from datetime import date

import pytest
from stdnum.ec import ci

from turnero.agencies.catalogue import reading
from turnero.agencies.catalogue.entries import AgencyEntry, Catalogue, ProcedureEntry
from turnero.booking.turn.policy import Policy
from turnero.core.paths import resource
from turnero.verify import citizens


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return reading.read_catalogue(resource("catalogue"))


def procedure(shipped: Catalogue, slug: str) -> ProcedureEntry:
    (found,) = (entry for entry in shipped.procedures if entry.slug == slug)
    return found


def mall_points(shipped: Catalogue) -> list[AgencyEntry]:
    return [agency for agency in shipped.agencies if agency.kind == "mall_point"]


def text_of_sheet(value: object) -> str:
    """All the words of a sheet, in the order of its keys."""
    if isinstance(value, dict):
        return " ".join(text_of_sheet(part) for part in value.values())
    return " ".join(text_of_sheet(part) for part in value) if isinstance(value, list) else str(value)


def test_there_are_24_provinces_and_only_galapagos_has_another_hour(shipped):
    assert [province.code for province in shipped.provinces] == [f"{number:02}" for number in range(1, 25)]
    elsewhere = {province.code for province in shipped.provinces if province.zone != "America/Guayaquil"}
    assert elsewhere == {"20"}


# What the published sheet says (its facts, in its words).
FACTS = [
    "obligaciones pendientes de pago en estado de glosa",
    "aportes, fondos de reserva y responsabilidades patronales",
    "canceladas o impugnadas dentro del término de ocho (8) días subsiguientes a su notificación",
    "Los empleadores y sujetos de protección adscritos al Instituto Ecuatoriano de Seguridad Social",
    "Recaudación, Cartera y Coactiva",
    "persona jurídica privada y persona jurídica pública",
    "acceder a beneficio o servicio, cumplimiento de obligaciones",
    "Notificación de pago (glosas notificadas en línea)",
    "Se realiza totalmente en el portal web del IESS",
    "proceso de respuesta es automático",
    "ventanillas de los Centros de Atención al Ciudadano o en las del Seguro Especializado",
    "Coordinaciones Provinciales o a las Direcciones Nacionales",
    "seleccione la opción «Empleadores»",
    "Clave patronal",
    "presente el original del documento; no debe presentar copia",
    "Registro único de contribuyentes (RUC): presente fotocopia del documento",
    "autorización a terceros",
    "el usuario y la contraseña del titular",
    "su cédula original en el Centro de Atención Universal",
    "«Generación, Consulta e Impresión de Comprobantes»",
    "Ingrese la C.I. y la clave del empleador",
    "«Generar Comprobante»",
    "«Aceptar»",
    "«Imprimir»",
    "«Cancelar» para terminar su registro",
    "https://www.iess.gob.ec/empleador-web/pages/principal.jsf",
    "«Turnos línea»",
    "«Genere su turno»",
    "«Consultar»",
    "«Siguiente»",
    "«Verificar IESS turno online»",
    "«Verificar»",
    "tipo de trámite «Notificación de glosa",
    "«Sí»",
    "«Confirmar»",
    "Presente física o virtualmente la «Confirmación del Turno en Línea»",
    "En línea (sitio, portal web o aplicación web)",
    "Presencial",
    "El trámite no tiene costo",
    "de lunes a viernes de 08:00 a 17:00 horas",
    "Horarios diferenciados para puntos en centros comerciales",
    "Reglamento de Aseguramiento, Recaudación y Gestión de Cartera, IESS 516, Art. 129",
    "Atención al ciudadano",
    "atencionalusuario@iess.gob.ec",
    "593 23945666",
    "www.iesse.gob.ec",  # the sheet's slip, flagged and not mended
]


@pytest.mark.parametrize("fact", FACTS)
def test_the_sheet_of_the_glosas_keeps_the_facts_of_the_published_one(shipped, fact):
    assert fact in text_of_sheet(procedure(shipped, "notificacion-de-glosas").sheet)


def test_the_glosas_are_done_in_both_channels_with_eight_days_of_term(shipped):
    glosas = procedure(shipped, "notificacion-de-glosas")
    assert (glosas.line, glosas.channel, glosas.minutes, glosas.term_days) == ("cartera", "ambos", 20, 8)
    assert len(glosas.sheet["steps"]["virtual"]) == 5
    assert len(glosas.sheet["steps"]["presencial"]) == 8
    assert len(glosas.sheet["follow_ups"]) == 4


@pytest.mark.parametrize(
    ("slug", "channel"),
    [
        ("impugnacion-de-glosa", "presencial"),
        ("acuerdo-de-pagos-hasta-12-meses", "virtual"),
        ("acuerdo-de-pagos-13-a-36-meses", "virtual"),
        ("convenio-de-purga-de-mora", "presencial"),
    ],
)
def test_each_follow_up_says_how_it_is_done_and_what_is_not_known(shipped, slug, channel):
    found = procedure(shipped, slug)
    assert found.channel == channel
    assert found.sheet["steps"].keys() == {channel}
    assert ("online" in found.sheet) == (channel == "virtual")
    assert "onfírme" in text_of_sheet(found.sheet["remarks"]) or "onfirme" in text_of_sheet(found.sheet["remarks"])


def test_one_procedure_needs_more_than_one_cell(shipped):
    impugnacion = procedure(shipped, "impugnacion-de-glosa")
    steps = {desk.slot_minutes for agency in shipped.agencies for desk in agency.desks if desk.line == impugnacion.line}
    assert steps == {20}
    assert impugnacion.minutes == 40


def test_every_province_attends_the_glosas(shipped):
    attended = {
        a.province for a in shipped.agencies if any(desk.line == "cartera" and desk.windows for desk in a.desks)
    }
    assert attended == {province.code for province in shipped.provinces}


def test_every_agency_is_plainly_a_demonstration_without_an_invented_address(shipped):
    for agency in shipped.agencies:
        assert agency.demo
        assert agency.address == ""
        assert agency.slug.startswith("demo-")
        assert agency.name.startswith(("Agencia de demostración ", "Punto de demostración Centro Comercial "))


def test_the_mall_points_have_their_own_hours(shipped):
    weeks = [
        {(day, hours.opens, hours.closes) for hours in agency.hours for day in hours.weekdays}
        for agency in mall_points(shipped)
    ]
    assert len(weeks) >= 4
    assert len({frozenset(week) for week in weeks}) == len(weeks)
    assert any(day == 5 for week in weeks for day, _, _ in week), "a Saturday"
    assert any(day == 6 for week in weeks for day, _, _ in week), "a Sunday"
    assert any(closes >= 20 * 60 for week in weeks for _, _, closes in week), "a late evening"
    assert any(
        closes < opens and other == day for week in weeks for day, _, closes in week for other, opens, _ in week
    ), "a pause at noon"


def test_galapagos_has_an_agency_on_its_own_island(shipped):
    assert "San Cristóbal" in {agency.canton for agency in shipped.agencies if agency.province == "20"}


def test_some_agency_has_fewer_windows_on_the_eve_of_christmas(shipped):
    (day,) = {
        (d.day, d.windows) for a in shipped.agencies if a.slug == "demo-quito-centro" for d in a.days if d.day.day == 24
    }
    assert day == (date(2026, 12, 24), 1)


def test_the_policy_is_the_contracts(shipped):
    assert shipped.policy is not None
    assert Policy.from_catalogue(shipped.policy) == Policy()
    assert len(shipped.policy) == 13


def test_only_the_local_holidays_that_nobody_doubts_are_confirmed(shipped):
    confirmed = {holiday.name for holiday in shipped.holidays if holiday.confirmed}
    assert confirmed == {
        "Fundación de Quito", "Fundación de Guayaquil", "Fundación de Cuenca", "Independencia de Ambato",
    }  # fmt: skip
    assert all(holiday.canton for holiday in shipped.holidays if holiday.confirmed)


def test_every_province_has_its_local_holidays_for_three_years(shipped):
    years = {(holiday.province, holiday.day.year) for holiday in shipped.holidays}
    assert years == {(province.code, year) for province in shipped.provinces for year in (2026, 2027, 2028)}


def test_the_cantons_of_holidays_are_cantons_of_agencies(shipped):
    """A canton spelt in two ways would open its agencies on its holiday."""
    cantons = {(agency.province, agency.canton) for agency in shipped.agencies}
    assert {(holiday.province, holiday.canton) for holiday in shipped.holidays if holiday.canton} <= cantons


def test_the_decree_of_january_2026_is_not_recovered(shipped):
    (decree,) = (decree for decree in shipped.decrees if decree.day.year == 2026)
    assert (decree.day, decree.scope, decree.basis, decree.recoverable) == (
        date(2026, 1, 2),
        "national",
        "Decreto 249",
        False,
    )


def test_the_demo_citizens_can_be_loaded_and_are_of_nobody(shipped):
    path = resource("catalogue") / "citizens.csv"
    people = citizens.parse_people(citizens.read_lines(path), date(2026, 11, 9))
    assert len(people) == 30
    assert {"1700000001", "0900000001", "2000000006", "3000000004", "1760000008"} <= {
        person.cedula for person in people
    }
    assert sum(person.born <= date(1961, 11, 9) for person in people if person.born) >= 5, "people over 65"
    for person in people:
        assert ci.is_valid(person.cedula)
        assert person.cedula[3:7] == "0000", "a sequence that was never issued"
        assert person.email is None or person.email.endswith(("@example.ec", "@example.com"))


def test_the_citizens_file_begins_with_the_contracts_header():
    with (resource("catalogue") / "citizens.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["cedula", "nombres", "apellidos", "nacimiento", "correo", "celular"]
