"""One turn at the window: page, slip, reassigning, and access."""

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, next_workday
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.staff import create_account, signed_in
from tests.support.rows.turns import book
from turnero.attention.day import attendance
from turnero.attention.day.attendance import Clerk
from turnero.booking.counter import reassign as reassigning
from turnero.booking.documents.notices import warn_owner
from turnero.booking.journey import cancel, change, holds
from turnero.booking.person import owner
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking, Event, Journey
from turnero.booking.turn.new_booking import Reachable
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.operations.audit import audit
from turnero.staff.actor import Actor
from turnero.staff.models import DataView

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas", slug="glosas"),
    pytest.mark.desk(agency={"name": "Agencia Centro"}),
]


@pytest.fixture
def token(desk, procedure):
    return book(desk, procedure, next_workday())


@pytest.fixture
def turn(token):
    return queries.booking_by_token(token)


def send(clerk, **values):
    form = next(form for form in clerk.page.all("form") if form["action"] != "/agencia/salir")
    return clerk.submit(form, **values)


def reassign(clerk, turn, **values):
    clerk.get(f"/agencia/turnos/{turn.id}/reasignar")
    return send(clerk, **{"cedula": turn.cedula} | values)


def test_the_page_tells_all_about_a_turn_and_keeps_who_looked(clerk, turn):
    address = f"/agencia/turnos/{turn.id}"
    clerk.get(address)
    for fact in (turn.reference, turn.cedula, turn.email.partition("@")[2], "09:00", "Se confirmó el turno"):
        assert fact in clerk.page.text
    assert turn.cedula not in clerk.page.title
    view = db.session.scalars(select(DataView)).one()
    assert (view.kind, view.booking_id, view.agency_id) == ("turn", turn.id, turn.agency_id)


def test_the_story_names_who_did_each_step(app, desk, turn, clock_shift):
    account = create_account(desk.agency, email="marta@example.ec")
    clock_shift(turn.starts_at - clock.now())
    attendance.arrive(turn.id, Clerk(Actor.staff(account.id), desk.agency_id, 1))
    clerk = signed_in(app, account)
    clerk.get(f"/agencia/turnos/{turn.id}")
    story = [line.text for line in clerk.page.one("ol").all("li")]
    assert story[0] == "Llegó 09:00, marta@example.ec"
    assert "la persona" in story[1]
    clerk.get(f"/agencia/turnos/{turn.id}/ticket")
    assert "A-001" in clerk.page.text
    assert turn.cedula not in clerk.response.get_data(as_text=True)


def test_other_hands_get_the_turn_and_the_old_link_is_dead(clerk, turn, token):
    place = (turn.reference, turn.day, turn.minute, turn.desk_id)
    assert reassign(clerk, turn, correo="Duena+turnos@Example.ec", celular="0991234567").status_code == 200
    now = db.session.get(Booking, turn.id)
    assert (now.reference, now.day, now.minute, now.desk_id) == place
    assert (now.email, now.mailbox, now.mobile) == ("Duena+turnos@example.ec", "duena@example.ec", "+593991234567")
    with pytest.raises(NotFound):
        queries.booking_by_token(token)
    assert queries.booking_by_token(queries.token_of(now)).id == turn.id
    event = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.what, event.before, event.after) == ("reassigned", "confirmed", "confirmed")
    assert list(audit()) == []


def test_the_old_address_gets_nothing_more(clerk, turn, smtp):
    """Its confirmation was not delivered yet: it would carry the new link."""
    reassign(clerk, turn, correo="duena@example.ec")
    deliver_all()
    assert [mail["To"] for mail in smtp.messages] == ["duena@example.ec"]


def test_the_browser_that_booked_has_no_way_in_any_more(clerk, turn, token):
    key = change.begin_change(token, "browser-1")
    reassign(clerk, turn, correo="duena@example.ec")
    assert db.session.get(Journey, key) is None
    assert db.session.scalars(select(Journey).filter_by(booking_id=turn.id)).all() == []
    assert db.session.get(Booking, turn.id).browser is None


def test_the_link_no_fui_yo_of_the_old_address_on_file_is_dead_too(clerk, turn):
    database.transaction(lambda: warn_owner(db.session.merge(turn), "archivo@example.ec", clock.now()))()
    link = queries.owner_token_of(db.session.get(Booking, turn.id))
    reassign(clerk, turn, correo="duena@example.ec")
    with pytest.raises(NotFound):
        owner.disown(link, "browser-2")
    assert db.session.get(Booking, turn.id).status == "confirmed"


def test_without_an_address_nothing_is_mailed(clerk, turn):
    reassign(clerk, turn)
    assert db.session.get(Booking, turn.id).email is None
    assert db.session.scalars(select(Notice).filter_by(kind="link")).all() == []
    assert "entregue el ticket impreso" in clerk.page.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"cedula": ""}, "cedula"),
        ({"cedula": cedula(9)}, "cedula"),
        ({"correo": "x"}, "correo"),
        ({"celular": "1"}, "celular"),
    ],
)
def test_only_the_card_and_a_right_contact_move_a_turn(clerk, turn, typed, field):
    before = turn.token_hash
    assert reassign(clerk, turn, **typed).status_code == 422
    assert field in clerk.page.errors
    assert db.session.get(Booking, turn.id).token_hash == before


def test_a_turn_without_a_place_has_no_documents(clerk, turn, token):
    cancel.cancel_turn(token)
    assert clerk.get(f"/agencia/turnos/{turn.id}/ticket").status_code == 404
    clerk.get(f"/agencia/turnos/{turn.id}")
    assert "Imprimir ticket" not in clerk.page.links


def test_a_turn_that_has_ended_is_not_reassigned(clerk, turn, token):
    cancel.cancel_turn(token)
    assert reassign(clerk, turn, correo="duena@example.ec").status_code == 409
    assert "ya está cancelado" in clerk.page.one("div", role="alert").text


@pytest.mark.parametrize("page", ["", "/cancelar", "/reasignar", "/ticket"])
def test_turns_of_another_agency_and_holds_answer_404(app, turn, clerk, page):
    elsewhere = signed_in(app, create_account(create_agency()))
    assert elsewhere.get(f"/agencia/turnos/{turn.id}{page}").status_code == 404
    assert clerk.get(f"/agencia/turnos/{turn.id + 99}{page}").status_code == 404
    traveller = at_hour_step(turn.agency, turn.procedure, 2)
    holds.place(traveller.key, traveller.browser, next_workday(), 600)
    held = db.session.scalars(select(Booking.id).filter_by(status="held")).one()
    assert clerk.get(f"/agencia/turnos/{held}{page}").status_code == 404
    assert db.session.scalars(select(DataView)).all() == []


@pytest.mark.parametrize("page", ["cancelar", "reasignar"])
def test_nothing_is_done_to_turns_of_another_agency(app, turn, clerk, page):
    elsewhere = signed_in(app, create_account(create_agency()))
    elsewhere.get("/agencia/turnos/nuevo")
    token = elsewhere.page.one("form", action="/agencia/salir").one("input", name="csrf_token")["value"]
    data = {"csrf_token": token, "motivo": "x", "cedula": turn.cedula, "correo": "x@example.ec"}
    assert elsewhere.post(f"/agencia/turnos/{turn.id}/{page}", data=data).status_code == 404
    assert db.session.get(Booking, turn.id).status == "confirmed"
    assert db.session.get(Booking, turn.id).email == turn.email


def test_a_supervisor_sees_and_cancels_but_books_for_nobody(app, desk, turn):
    supervisor = signed_in(app, create_account(desk.agency, role="supervisor"))
    assert supervisor.get(f"/agencia/turnos/{turn.id}/cancelar").status_code == 200
    assert supervisor.get("/agencia/turnos/nuevo").status_code == 403
    assert app.test_client().get(f"/agencia/turnos/{turn.id}").status_code == 303


def test_a_change_begun_a_moment_before_is_closed_as_well(turn, token):
    """It was committed after the journeys were looked for and before the turn's row was locked."""
    key = change.begin_change(token, "browser-1")
    hand_over = database.transaction(
        lambda: reassigning.reassign_turn(
            db.session.get_one(Booking, turn.id), Reachable(), [], actor=Actor.staff(1), now=clock.now()
        )
    )
    hand_over()
    assert db.session.get(Journey, key) is None
