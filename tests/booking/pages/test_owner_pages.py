"""``/no-fui-yo`` as the owner of an address on file meets it."""

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_citizen, create_desk, next_workday
from tests.support.rows.journeys import at_hour_step, cedula
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking, Journey
from turnero.core.extensions import db

OWNER = "dueno.demo@example.ec"

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.procedure(name="Notificación de glosas")]


@pytest.fixture
def booking(procedure):
    desk = create_desk(procedure.line, windows=1)
    traveller = at_hour_step(desk.agency, procedure, registry_email=OWNER)
    holds.place(traveller.key, traveller.browser, next_workday(), 540)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


@pytest.fixture
def link(booking):
    return f"/no-fui-yo/{queries.owner_token_of(booking)}"


def test_the_page_asks_and_tells_neither_where_nor_when(client, booking, link):
    assert client.get(link).status_code == 200
    assert client.page.h1 == "¿Pidió usted este turno?"
    assert "Notificación de glosas" in client.page.text
    assert f"{booking.cedula[:2]}••••••{booking.cedula[-2:]}" in client.page.text
    html = client.response.get_data(as_text=True)
    for secret in (booking.reference, booking.agency.name, "09:00", booking.cedula, booking.email, "/mi-turno/"):
        assert secret not in html


def test_looking_changes_nothing_however_often(client, booking, link):
    for _ in range(3):
        client.get(link)
    db.session.refresh(booking)
    assert booking.status == "confirmed"
    assert db.session.scalar(select(func.count()).select_from(Journey)) == 1


def test_one_press_cancels_and_leads_to_the_review_of_the_same_place(client, booking, link):
    create_citizen(cedula=cedula(1), email=OWNER, mobile="+593998887766")
    client.get(link)
    client.submit()
    assert client.response.status_code == 200
    assert client.response.request.path.endswith("/confirmar")
    assert "09:00" in client.page.text
    assert OWNER in client.page.text
    db.session.refresh(booking)
    assert booking.status == "cancelled"


def test_an_owner_without_a_mobile_on_file_is_asked_before_the_review(client, booking, link):
    client.get(link)
    client.submit()
    assert client.response.request.path.endswith("/contacto")
    key = client.response.request.path.split("/")[2]
    assert client.get(f"/turno/{key}/confirmar").location == f"/turno/{key}/contacto"
    client.get(f"/turno/{key}/contacto")
    client.submit(celular="0998887766")
    while client.response.status_code == 303:
        client.get(client.response.location)
    assert client.response.request.path.endswith("/confirmar")
    client.submit(client.page.form("/confirmar"))
    assert client.page.h1 == "Confirmación del Turno en Línea"
    assert db.session.scalar(select(Booking.mobile).where(Booking.status == "confirmed")) == "+593998887766"


def test_pressing_again_leads_back_and_the_page_offers_to_go_on(client, booking, link):
    create_citizen(cedula=cedula(1), email=OWNER, mobile="+593998887766")
    client.get(link)
    form = client.page.form()
    client.submit(form)
    first = client.response.request.path
    client.submit(form)
    assert client.response.request.path == first
    client.get(link)
    assert client.page.h1 == "Cancelamos ese turno"
    assert client.page.links["Seguir con mi turno"] == first


def test_another_browser_sees_that_it_is_done(client, app, booking, link):
    client.get(link)
    client.submit()
    other = app.test_client()
    other.get(link)
    assert other.page.h1 == "Cancelamos ese turno"
    assert other.page.links["Pedir un turno"] == "/turno"


def test_a_turn_that_was_given_up_needs_nothing(client, booking, link):
    client.get(link)
    form = client.page.form()
    cancel.cancel_turn(queries.token_of(booking))
    client.submit(form)
    assert client.response.request.path == link
    assert client.page.h1 == "Ese turno ya no está pendiente"


@pytest.mark.parametrize("token", ["x", "A" * 32, "%00" * 32])
def test_an_unknown_link_is_not_found(client, booking, link, token):
    assert client.get(f"/no-fui-yo/{token}").status_code in (400, 404)
    client.get(link)
    form = client.page.one("input", name="csrf_token")["value"]
    assert client.post(f"/no-fui-yo/{'A' * 32}", data={"csrf_token": form}).status_code == 404


def test_the_button_needs_the_form_of_this_browser(client, booking, link):
    assert client.post(link).status_code == 400
    db.session.refresh(booking)
    assert booking.status == "confirmed"
