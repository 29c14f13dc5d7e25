"""Steps 7 and 8: day, hour, the question, the hold, the review and Confirmar; and places that are lost."""

from datetime import datetime, time, timedelta

import pytest

from tests.support.pages.walking import Walker, texts
from tests.support.rows.build import (
    create_agency,
    create_closure,
    create_desk,
    create_province,
    next_workday,
    set_policy,
)
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import confirm, holds
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db

TUESDAY = "2026-11-10"
NINE = 540

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas", sheet={"bring": ["Cédula original"]}),
    pytest.mark.desk(agency={"slug": "centro", "name": "Agencia Centro"}),
]


@pytest.fixture
def walker(client, procedure, desk):
    return Walker.at_hours(client, desk, procedure)


def take(desk, procedure, minute, day=None):
    """Somebody else has this place."""
    other = at_hour_step(desk.agency, procedure, number=minute)
    holds.place(other.key, other.browser, day or next_workday(), minute)
    confirm.confirm_turn(other.key, other.browser)


def hours(client):
    return [radio["value"][11:] for radio in client.page.all("input", type="radio")]


def choice_form(client):
    return client.page.all("form", data_ask="pregunta")[0]


def test_the_next_ten_days_with_places_are_listed_by_week(client, walker):
    walker.get("horario")
    days = client.page.all("a", class_="day")
    assert len(days) == 10
    assert days[0].text.endswith("Hoy. Quedan 19 turnos")
    assert days[1]["href"] == f"{walker.address('horario')}?dia={TUESDAY}"
    assert texts(client.page.all("h2"))[:3] == ["Esta semana", "Semana del 16 de noviembre", "Su turno"]
    client.get(client.page.links["Ver más fechas"])
    assert client.page.all("a", class_="day")[0]["href"].endswith("?dia=2026-11-23")
    assert client.get(client.page.links["Volver a las primeras fechas"]).status_code == 200


@pytest.mark.engines("sqlite")
def test_rest_days_are_named_in_a_sentence(client, walker):
    wednesday = datetime.combine(next_workday(), time()) + timedelta(days=1)
    create_closure(wednesday, wednesday + timedelta(days=1), name="Corte de energía")
    walker.get("horario")
    assert "El miércoles 11 de noviembre no se atiende por un cierre: Corte de energía." in client.page.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("day", ["2026-11-15", "2026-11-08", "2027-11-10", "9999-12-31", "ayer", "2026-02-30"])
def test_a_day_without_places_shows_the_days_again(client, walker, day):
    walker.get("horario", dia=day)
    assert client.response.status_code == 200
    assert client.page.h1 == "¿Qué día desea venir?"
    assert ("no hay turnos libres. Elija otro día" in client.page.text) == (day[:2].isdigit() and day != "2026-02-30")


def test_the_free_hours_of_a_day_are_grouped(client, walker, desk, procedure):
    take(desk, procedure, NINE)
    walker.get("horario", dia=TUESDAY)
    assert texts(client.page.all("legend")) == ["En la mañana 11 horas libres", "En la tarde 15 horas libres"]
    assert hours(client)[:4] == ["08:00", "08:20", "08:40", "09:20"]
    assert "martes 10 de noviembre de 2026" in client.page.text


@pytest.mark.engines("sqlite")
def test_a_missing_or_malformed_hour_is_reported_on_that_days_hours(client, walker):
    walker.get("horario", dia=TUESDAY)
    client.submit(choice_form(client))
    assert client.response.status_code == 422
    assert client.page.errors == {"hora": "Elija una hora."}
    assert len(hours(client)) == 27
    for wrong in ("9:00", "2026-11-10", "2026-11-10T25:00", "x"):
        assert walker.post("horario", hora=wrong).status_code == 422


def test_an_hour_is_asked_about_before_it_is_held(client, walker):
    walker.get("horario", dia=TUESDAY)
    assert client.submit(choice_form(client), hora=f"{TUESDAY}T09:00").status_code == 200
    assert client.page.h1 == "¿Desea este turno?"
    assert "martes 10 de noviembre de 2026 09:00" in client.page.one("p", class_="when").text
    assert db.session.query(Booking).count() == 0
    client.submit(acepta="no")
    assert client.response.request.path == walker.address("horario")
    assert len(hours(client)) == 27
    walker.post("horario", hora=f"{TUESDAY}T09:00", acepta="si")
    assert walker.is_at("confirmar")


def test_the_dialog_of_the_hours_posts_the_same_as_the_question_page(client, walker):
    walker.get("horario", dia=TUESDAY)
    form = client.page.one("dialog").one("form")
    client.submit(form, hora=f"{TUESDAY}T09:00", acepta="si")
    assert client.response.request.path == walker.address("confirmar")


def test_the_review_shows_everything_and_how_long_it_is_kept(client, walker):
    walker.hold(next_workday(), NINE)
    walker.get("confirmar")
    assert "Todavía no está confirmado." in client.page.text
    assert "Le guardamos este turno hasta las 10:05." in client.page.text
    rows = {row.one("dt").text: row.all("dd")[0].text for row in client.page.one("dl", class_="summary").all("div")}
    assert (
        rows.items()
        >= {
            "Día": "martes 10 de noviembre de 2026",
            "Hora": "09:00",
            "Agencia": "Agencia Centro",
            "Trámite": "Notificación de glosas",
            "Cédula del titular": "1700000019",
            "Correo": "persona1@example.ec",
            "Celular": "090 000 0001",
        }.items()
    )
    assert "Cédula original" in client.page.text
    for label, href in client.page.links.items():
        if label.startswith("Cambiar"):
            assert client.get(href).status_code == 200, label


def test_more_time_is_given_once(client, walker):
    walker.hold(next_workday(), NINE)
    walker.get("confirmar")
    client.submit(client.page.form("/prorrogar"))
    assert "hasta las 10:10." in client.page.text
    assert not [form for form in client.page.all("form") if form.get("action").endswith("/prorrogar")]
    assert walker.post("prorrogar").status_code == 422
    assert "Ya amplió el tiempo una vez" in client.page.text


def test_a_turn_that_is_not_wanted_is_free_at_once(client, walker):
    walker.hold(next_workday(), NINE)
    walker.get("confirmar")
    client.submit(client.page.form("/soltar"))
    assert client.page.h1 == "¿Qué día desea venir?"
    walker.get("horario", dia=TUESDAY)
    assert "09:00" in hours(client)


def test_the_hour_that_one_holds_can_be_chosen_again(client, walker):
    walker.hold(next_workday(), NINE)
    walker.get("horario", dia=TUESDAY)
    checked = [radio["value"] for radio in client.page.all("input", type="radio") if "checked" in radio.attributes]
    assert checked == [f"{TUESDAY}T09:00"]
    client.submit(choice_form(client))
    client.submit(acepta="si")
    assert client.response.request.path == walker.address("confirmar")


def test_a_confirmed_turn_is_shown_and_a_repeated_confirm_shows_the_same(client, walker):
    walker.hold(next_workday(), NINE)
    walker.get("confirmar")
    client.submit(client.page.form("/confirmar"))
    assert client.page.h1 == "Confirmación del Turno en Línea"
    where = client.response.request.path
    for step in ("confirmar", "prorrogar", "soltar", "horario", "lugar", "contacto", "verificar", "reenviar"):
        walker.post(step, hora=f"{TUESDAY}T10:00", acepta="si")
        while client.response.status_code == 303 and not client.response.location.startswith("/mi-turno/"):
            walker.follow()
        assert client.response.location == where, step
    for step in ("contacto", "verificar", "lugar", "horario", "confirmar"):
        assert walker.get(step).location == where


@pytest.mark.parametrize("accept", [{}, {"acepta": "si"}])
def test_a_place_that_somebody_took_is_answered_with_the_three_nearest(client, walker, desk, procedure, accept):
    take(desk, procedure, NINE)
    assert walker.post("horario", hora=f"{TUESDAY}T09:00", **accept).status_code == 409
    assert "acaba de ser tomado" in client.page.one("p", role="alert").text
    assert hours(client) == ["08:40", "09:20", "08:20"]
    client.submit(hora=f"{TUESDAY}T09:20")
    assert client.response.request.path == walker.address("confirmar")
    assert "09:20" in client.page.text


@pytest.mark.parametrize(
    "start", ["2026-11-15T09:00", "2026-11-10T09:10", "2026-11-10T17:00", "2026-11-09T10:20", "2027-12-01T09:00"]
)
def test_what_is_not_offered_cannot_be_held_whatever_is_posted(client, walker, start):
    for accept in ({}, {"acepta": "si"}):
        assert walker.post("horario", hora=start, **accept).status_code == 409
        assert "ya no se ofrece" in client.page.text
    assert db.session.query(Booking).count() == 0


def test_a_place_at_another_agency_is_one_press_away_too(client, walker, desk, procedure):
    other = create_desk(procedure.line, agency=create_agency(slug="sur", name="Agencia Sur"))
    long_closed = datetime.combine(next_workday(), time()) - timedelta(days=1)
    create_closure(long_closed, long_closed + timedelta(days=90), scope="agency", agency_id=desk.agency_id)
    assert walker.post("horario", hora=f"{TUESDAY}T09:00", acepta="si").status_code == 409
    assert "Agencia Sur" in client.page.all("label", class_="choice")[0].text
    client.submit()
    assert client.response.request.path == walker.address("confirmar")
    assert other.agency.name in client.page.text


def test_without_any_other_place_the_way_leads_to_other_agencies(client, walker, desk):
    closed = datetime.combine(next_workday(), time()) - timedelta(days=1)
    create_closure(closed, closed + timedelta(days=90), name="Remodelación")
    assert walker.post("horario", hora=f"{TUESDAY}T09:00", acepta="si").status_code == 409
    assert client.page.links["Elegir otra provincia o agencia"] == walker.address("lugar")
    walker.get("horario")
    assert "No atiende en estos días por un cierre: Remodelación." in client.page.text


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_hold_that_ran_out_loses_nothing_but_the_hour(client, walker, clock_shift, how):
    walker.hold(next_workday(), NINE)
    clock_shift(timedelta(minutes=6))
    assert getattr(walker, how)("confirmar").status_code == 409
    assert "Se terminó el tiempo para confirmar" in client.page.text
    assert hours(client) == ["09:00", "08:40", "09:20"]
    walker.get("horario")
    assert "Se terminó el tiempo para confirmar" in client.page.text
    walker.get("confirmar")
    client.submit()
    assert client.response.request.path == walker.address("confirmar")
    client.submit(client.page.form("/confirmar"))
    assert client.page.h1 == "Confirmación del Turno en Línea"


def test_more_time_for_a_hold_that_ran_out_is_answered_with_other_places(client, walker, clock_shift):
    walker.hold(next_workday(), NINE)
    clock_shift(timedelta(minutes=6))
    assert walker.post("prorrogar").status_code == 409


def test_another_hold_of_the_same_cedula_is_reported_calmly(client, walker, desk, procedure):
    twin = at_hour_step(desk.agency, procedure, number=1, browser="another")
    holds.place(twin.key, twin.browser, next_workday(), NINE)
    assert walker.post("horario", hora=f"{TUESDAY}T10:00", acepta="si").status_code == 422
    assert "Hay otro turno guardado mientras se confirma" in client.page.one("div", role="alert").text
    assert client.page.title.count("Error:") == 1


def test_the_review_reports_a_turn_confirmed_in_another_journey(client, walker, desk, procedure):
    walker.hold(next_workday(), NINE)
    other = Booking.__table__.update().values(cedula="0900000001")
    db.session.execute(other)
    db.session.commit()
    twin = at_hour_step(desk.agency, procedure, number=1, browser="another")
    holds.place(twin.key, twin.browser, next_workday(), NINE + 20)
    confirm.confirm_turn(twin.key, twin.browser)
    assert walker.post("confirmar").status_code == 422
    assert "Ya existe un turno para este trámite" in client.page.one("div", role="alert").text
    assert client.page.h1 == "Revise y confirme su turno"


def test_a_hold_of_one_minute_uses_the_singular(client, walker):
    set_policy(hold_minutes=1)
    walker.get("horario", dia=TUESDAY)
    assert "le guardamos el turno 1 minuto para que" in client.page.text
    walker.post("horario", hora=f"{TUESDAY}T09:00")
    assert "le guardamos el turno 1 minuto para que" in client.page.text
    walker.hold(next_workday(), NINE)
    walker.get("confirmar")
    assert "Necesito 1 minuto más" in client.page.text


def test_hours_of_galapagos_are_named_as_such(client, procedure):
    islands = create_desk(procedure.line, agency=create_agency(create_province("20"), slug="isla"))
    walker = Walker.at_hours(client, islands, procedure)
    walker.get("horario")
    assert "hora de Galápagos" in client.page.text
    walker.get("horario", dia=TUESDAY)
    assert client.page.one("p", class_="note").text == "Las horas son de Galápagos: una menos que en el continente."
    walker.post("horario", hora=f"{TUESDAY}T09:00")
    assert "(hora de Galápagos)" in client.page.text
    walker.hold(next_workday(), NINE)
    walker.get("confirmar")
    assert "hasta las 09:05 (hora de Galápagos)" in client.page.text
    client.submit(client.page.form("/confirmar"))
    assert "(hora de Galápagos)" in client.page.text
