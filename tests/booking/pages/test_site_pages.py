"""The public pages: start, agencies, help, privacy; and /tramites, which the agencies' package shows."""

from datetime import datetime, time, timedelta

import pytest

from tests.support.rows.build import (
    create_agency,
    create_closure,
    create_desk,
    create_line,
    create_procedure,
    create_province,
    set_policy,
    today,
)
from turnero.booking.seats import availability
from turnero.core import formatting

SHEET = {
    "description": "Trámite que notifica las obligaciones pendientes.",
    "audience": ["Empleadores."],
    "about": {"virtual": "Se hace en el portal.", "presencial": "Se ingresa por ventanilla."},
    "requirements": {"presencial": ["Cédula original"], "third_party": "Una autorización."},
    "bring": ["Su cédula original"],
    "steps": {"virtual": ["Ingrese al portal."], "presencial": ["Presente su cédula."]},
    "cost": "No tiene costo.",
    "legal": ["Art. 129"],
    "contact": {"office": "Atención", "email": "atencion@example.ec", "phone": "593 2"},
    "online": {"url": "https://portal.example.ec/x", "label": "Comprobantes"},
    "follow_ups": ["acuerdo-de-pagos"],
    "remarks": ["Confirme la norma vigente."],
}
GLOSAS = {"slug": "notificacion-de-glosas", "name": "Notificación de glosas", "channel": "ambos", "sheet": SHEET}

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def glosas(app):
    """The trámite, attended at one agency in Quito; and a virtual one."""
    line = create_line()
    procedure = create_procedure(line, **GLOSAS)
    create_procedure(line, slug="acuerdo-de-pagos", name="Acuerdo de pagos", channel="virtual", position=1)
    create_desk(line, agency=create_agency(slug="demo-quito", name="Agencia de demostración Quito"))
    return procedure


def test_the_start_page_says_what_for_what_to_have_at_hand_and_where_to_press(client, glosas):
    client.get("/")
    page = client.page
    assert page.h1 == "Su turno para la ventanilla, sin hacer fila"
    assert page.links["Genere su turno"] == "/turno"
    assert page.links["Notificación de glosas"] == "/tramites/notificacion-de-glosas"
    assert page.links["Acuerdo de pagos, en línea"] == "/tramites/acuerdo-de-pagos#en-linea"
    for thing in ("Su cédula", "Un correo electrónico que pueda abrir ahora", "Su número de celular"):
        assert thing in page.text
    assert len(client.response.data) <= 14 * 1024


def test_the_start_page_tells_the_next_free_day_of_a_province(client, glosas):
    client.get("/")
    day = availability.agency_offers("17", glosas)[0].next_day.day
    (card,) = client.page.all("a", class_="day")
    assert card["href"] == "/agencias?provincia=17"
    assert card.one("b").text == "Pichincha"
    assert card.one("span", class_="meta").text == f"{formatting.day_and_month(day)}, mañana y tarde"


def test_the_start_page_shows_the_six_provinces_with_most_agencies(client, glosas):
    for code in ("01", "02", "03", "04", "05", "06", "07"):
        province = create_province(code)
        for _ in range(2 if code != "02" else 1):
            create_desk(glosas.line, agency=create_agency(province))
    client.get("/")
    shown = [card["href"][-2:] for card in client.page.all("a", class_="day")]
    assert shown == ["01", "03", "04", "05", "06", "07"]


def test_the_start_page_works_before_a_catalogue_is_loaded(client):
    assert client.get("/").status_code == 200
    assert "Próximo turno libre" not in client.page.text


def test_the_start_page_has_no_list_without_entries(client):
    create_desk(create_procedure().line)
    begins = datetime.combine(today(), time())
    create_closure(begins, begins + timedelta(days=60))
    client.get("/")
    assert "Qué trámites se atienden" in client.page.text
    for heading in ("Próximo turno libre", "Quizá no necesita turno"):
        assert heading not in client.page.text


def test_only_the_demo_speaks_of_itself(client):
    client.get("/")
    assert "demostración" not in client.page.text


def test_the_demo_names_three_cedulas_and_the_mailbox(make_app):
    with make_app("sqlite", TURNERO_ENV="demo") as app:
        client = app.test_client()
        client.get("/")
        for cedula in ("1700000001", "0900000001", "2000000006"):
            assert cedula in client.page.text
        assert client.page.links["buzón de demostración"] == "/buzon"
        assert "Este sitio es una demostración." in client.page.text


def test_agencies_are_found_by_province(client, glosas):
    client.get("/agencias")
    day = availability.agency_offers("17", glosas)[0].next_day.day
    (card,) = client.page.all("a", class_="day")
    assert card["href"] == "/agencias?provincia=17"
    assert formatting.day_and_month(day) in card.text


def test_an_agency_shows_its_hours_and_next_free_day(client, glosas):
    client.get("/agencias?provincia=17")
    day = availability.agency_offers("17", glosas)[0].next_day.day
    text = client.page.text
    assert client.page.h1 == "Agencias de Pichincha"
    assert "Agencia de demostración Quito" in text
    assert "Lunes a viernes, de 08:00 a 17:00" in text
    assert f"Próximo turno: {formatting.relative_day(day, today())}" in text


def test_an_agency_without_places_says_why(client, glosas):
    begins = datetime.combine(today(), time())
    create_closure(begins, begins + timedelta(days=60), name="Remodelación")
    client.get("/agencias?provincia=17")
    assert "Remodelación" in client.page.text
    assert "Próximo turno" not in client.page.text


def test_galapagos_names_its_own_hour(client, glosas):
    create_desk(glosas.line, agency=create_agency(create_province("20")))
    client.get("/agencias?provincia=20")
    assert "Todas las horas son hora de Galápagos." in client.page.text


def test_a_province_that_does_not_attend_a_tramite_says_so(client, glosas):
    create_province("09")
    client.get("/agencias?provincia=09")
    assert "Ninguna agencia de Guayas atiende este trámite" in client.page.text


@pytest.mark.parametrize("query", ["provincia=77", "provincia=17&tramite=nada", "tramite=nada"])
def test_unknown_provinces_and_tramites_are_not_found(client, glosas, query):
    assert client.get(f"/agencias?{query}").status_code == 404


def test_the_list_of_tramites_shows_which_need_a_turn(client, glosas):
    client.get("/tramites")
    assert client.page.links["Notificación de glosas"] == "/tramites/notificacion-de-glosas"
    assert "En ventanilla con turno, o en línea sin turno" in client.page.text
    assert "En línea, no necesita turno" in client.page.text


def test_the_sheet_of_a_tramite_is_complete(client, glosas):
    client.get("/tramites/notificacion-de-glosas")
    text = client.page.text
    for fact in (
        SHEET["description"],
        "Empleadores.",
        "Se hace en el portal.",
        "Se ingresa por ventanilla.",
        "Cédula original",
        "Una autorización.",
        "Su cédula original",
        "Ingrese al portal.",
        "Presente su cédula.",
        "No tiene costo.",
        "Art. 129",
        "593 2",
        "Confirme la norma vigente.",
    ):
        assert fact in text, fact
    assert client.page.links["Genere su turno"] == "/turno"
    assert client.page.links["Comprobantes (otro sitio)"] == "https://portal.example.ec/x"
    assert client.page.links["Acuerdo de pagos"] == "/tramites/acuerdo-de-pagos"
    assert len(client.response.data) <= 14 * 1024


def test_a_virtual_tramite_offers_no_turn(client, glosas):
    client.get("/tramites/acuerdo-de-pagos")
    assert "No necesita turno" in client.page.text
    assert "Genere su turno" not in client.page.links


def test_a_tramite_without_a_sheet_has_a_page_too(client):
    create_procedure(slug="nuevo", name="Trámite nuevo")
    assert client.get("/tramites/nuevo").status_code == 200


def test_an_unknown_tramite_is_not_found(client):
    assert client.get("/tramites/nada").status_code == 404


def test_help_speaks_with_the_numbers_of_the_policy(client, glosas):
    set_policy(code_minutes=7, hold_minutes=9, tolerance_minutes=11)
    client.get("/ayuda")
    text = client.page.text
    assert "Sirve 7 minutos." in text
    assert "Le guardamos el turno 9 minutos" in text
    assert "Le esperamos 11 minutos." in text
    assert "atencion@example.ec" in text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/ayuda", ("el turno 1 minuto mientras", "Le esperamos 1 minuto.", "Puede equivocarse 1 vez;")),
        ("/privacidad", ("hasta 1 día después de la fecha", "hasta 1 día después de que")),
        (
            "/reparto",
            (
                "Se guarda 1 minuto,",
                "Se confirma hasta 1 turno por día, 1 en",
                "hasta 1 turno pendiente.",
                "entre 0 y 1 minuto después",
                "Hay 1 hora para responder, que no corre",
            ),
        ),
        ("/", ("Ver la provincia",)),
        ("/tramites/corto", ("Tiene un término de 1 día hábil desde", "Cada atención toma 1 minuto.")),
    ],
)
def test_one_item_uses_the_singular(client, glosas, address, said):
    create_procedure(glosas.line, slug="corto", minutes=1, term_days=1, sheet=SHEET)
    numbers = dict.fromkeys(("hold_minutes", "tolerance_minutes", "code_tries", "contact_days"), 1)
    caps = {"day": 1, "week": 1, "month": 1}
    set_policy(**numbers, caps=caps, open_turns_per_cedula=1, release_delay_minutes=[0, 1], offer_minutes=60)
    client.get(address)
    for words in said:
        assert words in client.page.text, words


def test_an_answer_time_below_whole_hours_is_shown_in_minutes(client, glosas):
    set_policy(offer_minutes=90)
    client.get("/reparto")
    assert "Hay 90 minutos para responder" in client.page.text


@pytest.mark.parametrize(
    "said",
    [
        "misión de interés público",  # legal base, Art. 7
        "art. 12",
        "hasta 90 días después",  # retention
        "acceso a sus datos",
        "su corrección",
        "su eliminación",
        "oponerse",
        "portabilidad",
        "15 días",
        "10 días hábiles",
        "delegado de protección de datos",
        "Superintendencia de Protección de Datos Personales",
        "límites automáticos",
        "no podemos darle un turno en línea",  # what follows from not giving them
        "proveedor de correo",  # who receives them
        "Quién es responsable",
        "quien viene en su lugar",
        "le avisamos a ese correo",  # "No fui yo"
    ],
)
def test_the_privacy_notice_tells_what_the_law_asks(client, said):
    set_policy(contact_days=90)
    client.get("/privacidad")
    assert said in client.page.text


@pytest.mark.parametrize(
    "path", ["/", "/agencias", "/agencias/", "/agencias?provincia=17", "/tramites", "/ayuda", "/privacidad"]
)
def test_public_pages_set_no_cookie_and_are_light(client, glosas, path):
    response = client.get(path)
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-cache"
    assert len(response.data) <= 14 * 1024
