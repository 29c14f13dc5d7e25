"""Step 6: province, trámite, agency, reasons for having no place, and alternatives."""

from datetime import datetime, time, timedelta

import pytest

from tests.support.pages.walking import Walker, texts
from tests.support.rows.build import (
    EVERY_DAY,
    GALAPAGOS,
    create_agency,
    create_citizen,
    create_closure,
    create_desk,
    create_procedure,
    create_province,
    next_workday,
    set_policy,
    today,
)
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import confirm, holds
from turnero.booking.turn.models import Claim
from turnero.core import clock
from turnero.core.extensions import db

pytestmark = pytest.mark.procedure(slug="notificacion-de-glosas", name="Notificación de glosas")


@pytest.fixture
def desk(procedure):
    agency = create_agency(slug="demo-quito-centro", name="Agencia Quito Centro")
    return create_desk(procedure.line, agency=agency)


@pytest.fixture
def walker(client, procedure, desk):
    create_citizen()
    return Walker.proven(client)


def fill(desk):
    """Somebody has every seat of the desk for a month and more."""
    first, now = today(), clock.now()
    db.session.add_all(
        Claim(
            desk_id=desk.id,
            day=first + timedelta(days=ahead),
            minute=minute,
            seat=seat,
            starts_at=now,
            purpose="delay",
            lapses_at=now + timedelta(days=60),
        )
        for ahead in range(40)
        for minute in range(480, 1020, 20)
        for seat in range(3)
    )
    db.session.commit()


def offered(client):
    """What can be chosen."""
    return [radio["value"] for radio in client.page.all("input", name="agencia")]


def not_offered(client):
    return texts(client.page.all("div", class_="unavailable soft"))


def test_the_page_asks_for_province_and_tramite_before_it_shows_agencies(client, walker):
    walker.get("lugar")
    assert client.page.h1 == "¿Dónde desea que le atiendan?"
    assert offered(client) == []
    # The only trámite is no question.
    assert client.page.one("select", name="tramite").one("option", selected="")["value"] == "notificacion-de-glosas"


def test_province_and_tramite_alone_are_answered_with_the_agencies_and_their_next_day(client, walker):
    answer = walker.post("lugar", provincia="17", tramite="notificacion-de-glosas")
    assert answer.status_code == 200
    assert offered(client) == ["demo-quito-centro"]
    choice = client.page.one("label", class_="choice").text
    assert "Lunes a viernes, de 08:00 a 17:00" in choice
    assert "Primer turno: hoy, lunes 9 de noviembre" in choice


def test_an_agency_of_the_list_leads_to_its_days(client, walker):
    walker.post("lugar", provincia="17", tramite="notificacion-de-glosas")
    client.submit(agencia="demo-quito-centro")
    assert client.response.request.path == walker.address("horario")


def test_pressing_siguiente_without_an_agency_asks_for_one(client, walker):
    walker.post("lugar", provincia="17", tramite="notificacion-de-glosas")
    assert client.submit(seguir="si").status_code == 422
    assert client.page.errors == {"agencia": "Elija una agencia."}


def test_asking_for_the_agencies_of_another_province_forgets_the_old_choice(client, walker):
    create_province("09")
    answer = walker.post(
        "lugar", provincia="09", tramite="notificacion-de-glosas", agencia="demo-quito-centro", ver="agencias"
    )
    assert answer.status_code == 200
    assert "En Guayas ninguna agencia atiende" in client.page.text


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"provincia": "", "tramite": "notificacion-de-glosas"}, "provincia", "Elija una provincia."),
        ({"provincia": "17", "tramite": ""}, "tramite", "Elija un trámite."),
        ({"provincia": "99", "tramite": "notificacion-de-glosas"}, "provincia", "Elija una de las opciones"),
        ({"provincia": "17", "tramite": "otro"}, "tramite", "Elija una de las opciones"),
        ({"provincia": "17", "tramite": "en-linea"}, "tramite", "se hace en línea"),
        (
            {"provincia": "17", "tramite": "notificacion-de-glosas", "agencia": "otra"},
            "agencia",
            "Elija una de las opciones",
        ),
        (
            {"provincia": "09", "tramite": "notificacion-de-glosas", "agencia": "demo-quito-centro"},
            "agencia",
            "Elija una de las opciones",
        ),
    ],
)
def test_what_is_not_offered_cannot_be_chosen(client, walker, fields, field, said):
    create_province("09")
    create_procedure(slug="en-linea", channel="virtual")
    assert walker.post("lugar", **fields).status_code == 422
    assert said in client.page.errors[field]
    walker.get("horario")
    assert walker.is_at("lugar")


def test_a_virtual_tramite_is_not_in_the_list(client, walker):
    create_procedure(slug="en-linea", channel="virtual")
    walker.get("lugar")
    values = [option["value"] for option in client.page.one("select", name="tramite").all("option")]
    assert values == ["notificacion-de-glosas"]


def test_a_full_agency_says_so_and_names_the_one_that_has_a_place(client, walker, procedure, desk):
    create_desk(procedure.line, agency=create_agency(slug="sur", name="Agencia Sur"))
    fill(desk)
    walker.post("lugar", provincia="17", tramite=procedure.slug)
    assert offered(client) == ["sur"]
    (said,) = not_offered(client)
    assert "Todo está tomado hasta el miércoles 9 de diciembre. Cada día se abre uno más." in said
    assert said.endswith("Hay turnos antes en Agencia Sur.")


def test_a_province_without_a_place_says_why_and_where_there_is_one(client, walker, procedure, desk):
    guayaquil = create_agency(create_province("09"), slug="guayaquil", name="Agencia Guayaquil")
    create_desk(procedure.line, agency=guayaquil)
    noon = datetime.combine(today(), time())
    create_closure(noon, noon + timedelta(days=60), scope="province", province_code="17", name="Remodelación")
    walker.post("lugar", provincia="17", tramite=procedure.slug)
    assert offered(client) == []
    assert "no hay turnos libres en Pichincha" in client.page.text
    (said,) = not_offered(client)
    assert said.endswith(
        "No atiende en estos días por un cierre: Remodelación. Vuelve a atender el viernes 8 de enero."
    )
    client.get(client.page.links["Guayas"])
    assert offered(client) == ["guayaquil"]


def test_an_agency_that_opens_later_says_when(client, walker, procedure, desk):
    later = create_agency(slug="nueva", name="Agencia Nueva", hours=())
    create_desk(procedure.line, agency=later)
    walker.post("lugar", provincia="17", tramite=procedure.slug)
    assert not_offered(client) == [
        "Agencia Nueva Por ahora no tiene horario de atención. Hay turnos antes en Agencia Quito Centro."
    ]


def test_agencies_of_galapagos_name_their_time_zone(client, walker, procedure):
    islands = create_agency(create_province("20"), slug="san-cristobal", hours=EVERY_DAY)
    create_desk(procedure.line, agency=islands)
    assert islands.zone == GALAPAGOS
    walker.post("lugar", provincia="20", tramite=procedure.slug)
    assert "(hora de Galápagos)" in client.page.one("label", class_="choice").text


def test_an_existing_turn_is_reported_without_details(client, walker, procedure, desk):
    other = at_hour_step(desk.agency, procedure, 7, cedula="1700000001")
    holds.place(other.key, other.browser, next_workday(), 540)
    confirm.confirm_turn(other.key, other.browser)
    assert walker.post("lugar", provincia="17", tramite=procedure.slug, agencia=desk.agency.slug).status_code == 422
    note = client.page.one("div", role="alert").text
    assert "Ya existe un turno para este trámite" in note
    assert "09:00" not in client.page.text
    assert client.page.links["Pedir otra vez el enlace de mi turno"] == "/mi-turno"


def test_a_capped_channel_sees_when_it_may_confirm_again(client, walker, procedure, desk):
    set_policy(caps={"day": 1, "week": 4, "month": 10})
    other = at_hour_step(desk.agency, procedure, 7, mailbox="ana.demo@example.ec")
    holds.place(other.key, other.browser, next_workday(), 540)
    confirm.confirm_turn(other.key, other.browser)
    assert walker.post("lugar", provincia="17", tramite=procedure.slug, agencia=desk.agency.slug).status_code == 422
    assert "Podrá pedir otro desde el martes 10 de noviembre a las 10:00" in client.page.text
