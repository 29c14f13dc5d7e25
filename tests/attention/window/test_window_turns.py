"""Turns at the window over HTTP: walk-ins, assisted turns, cancelling with a reason, and other hands."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.pages.walking import token_of
from tests.support.rows.build import create_agency, create_citizen, create_desk, create_procedure, next_workday, today
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.staff import create_account, signed_in
from turnero.attention.day import undo
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.models import Visit
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.errors import AlreadyHasTurn, PlaceTaken
from turnero.booking.turn.models import Booking, Claim, Event
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.notices.rendering import render
from turnero.operations.audit import audit
from turnero.staff.actor import Actor

NINE = 540
NEW = "/agencia/turnos/nuevo"
# The check digit of this one is wrong.
MISPRINTED = cedula(5)[:-1] + str((int(cedula(5)[-1]) + 1) % 10)

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas", slug="glosas"),
    pytest.mark.desk(agency={"name": "Agencia Centro"}, windows=1),
]


@pytest.fixture
def account(desk):
    return create_account(desk.agency)


@pytest.fixture
def clerk(app, account):
    return signed_in(app, account)


@pytest.fixture
def turn(desk, procedure):
    """A citizen's confirmed turn: Tuesday at nine."""
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


def send(clerk, **values):
    """The form of the page, the way out of the session aside."""
    form = next(form for form in clerk.page.all("form") if form["action"] != "/agencia/salir")
    return clerk.submit(form, **values)


def ask(clerk, **values):
    """The form as a clerk fills it; answers the turn's id where one was made."""
    clerk.get(NEW)
    if "hora" in values:
        send(clerk, tramite=values["tramite"], ver="horas")
    answer = send(clerk, **values)
    return int(answer.request.path.rsplit("/", 1)[-1]) if answer.status_code == 200 else None


def hour(day, minute=NINE):
    return f"{day.isoformat()}T{minute // 60:02}:{minute % 60:02}"


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_walk_in_gets_a_ticket_and_takes_no_place(clerk, account, desk):
    made = db.session.get(Booking, ask(clerk, cedula=cedula(1), tramite="glosas"))
    assert (made.status, made.walk_in, made.channel, made.day) == ("arrived", True, "window", today())
    assert db.session.get(Visit, made.id).ticket == "A-001"
    assert count(Claim) == 0
    event = db.session.scalars(select(Event).filter_by(booking_id=made.id)).one()
    assert (event.before, event.after, event.actor) == (None, "arrived", Actor.staff(account.id))
    assert "A-001" in clerk.page.text
    assert "Llegó sin turno" in clerk.page.text
    assert list(audit()) == []


def test_an_assisted_turn_has_its_seat_and_mails_its_confirmation(clerk, desk, app):
    made = db.session.get(
        Booking, ask(clerk, cedula=cedula(1), tramite="glosas", hora=hour(next_workday()), correo="ana@example.ec")
    )
    assert (made.status, made.channel, made.walk_in, made.minute) == ("confirmed", "window", False, NINE)
    assert db.session.scalars(select(Claim.purpose).filter_by(booking_id=made.id)).all() == ["turn"]
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.kind, notice.address) == ("confirmation", "ana@example.ec")
    assert list(audit()) == []


def test_the_window_needs_no_lead_time_but_no_hour_that_has_passed(clerk, desk):
    clerk.get(NEW)
    send(clerk, tramite="glosas", ver="horas")
    offered = [option["value"] for option in clerk.page.one("select", id="hora").all("option")]
    assert hour(today(), 620) in offered  # it is ten, and online one books half an hour ahead
    assert hour(today(), 600) not in offered
    assert ask(clerk, cedula=cedula(1), tramite="glosas", hora=hour(today(), 620)) is not None
    assert ask(clerk, cedula=cedula(2), tramite="glosas", hora=hour(today(), 600)) is None
    assert clerk.response.status_code == 409


def test_what_was_given_up_late_is_for_those_who_are_there(clerk, desk, procedure):
    giving_up, fast = (at_hour_step(desk.agency, procedure, number) for number in (20, 21))
    holds.place(giving_up.key, giving_up.browser, today(), 680)
    cancel.cancel_turn(confirm.confirm_turn(giving_up.key, giving_up.browser))
    with pytest.raises(PlaceTaken):
        holds.place(fast.key, fast.browser, today(), 680)
    made = db.session.get(Booking, ask(clerk, cedula=cedula(1), tramite="glosas", hora=hour(today(), 680)))
    assert (made.status, made.minute) == ("confirmed", 680)
    assert list(audit()) == []


def test_a_form_sent_twice_makes_one_turn(clerk, desk):
    clerk.get(NEW)
    data = {
        "csrf_token": token_of(clerk),
        "solicitud": clerk.page.one("input", name="solicitud")["value"],
        "tramite": "glosas",
    }
    walk_in = data | {"cedula": cedula(1)}
    first, again = (clerk.post("/agencia/turnos", data=walk_in).location for _ in range(2))
    assert first == again
    later = data | {"cedula": cedula(2), "hora": hour(next_workday())}
    first, again = (clerk.post("/agencia/turnos", data=later).location for _ in range(2))
    assert first == again
    assert (count(Booking), count(Visit)) == (2, 1)
    assert clerk.post("/agencia/turnos", data=walk_in | {"solicitud": "another"}).status_code == 409


def test_a_cedula_that_fails_its_check_digit_needs_the_card_and_leaves_a_trace(clerk, desk):
    clerk.get(NEW)
    assert send(clerk, cedula=MISPRINTED, tramite="glosas").status_code == 422
    assert "no es válido" in clerk.page.errors["cedula"]
    assert send(clerk, cedula_revisada="si").status_code == 200
    made = db.session.scalars(select(Booking)).one()
    assert made.cedula == MISPRINTED
    assert db.session.scalars(select(Event)).one().details == {"override": True}
    assert "cédula física revisada" in clerk.page.text


@pytest.mark.parametrize("typed", ["17", "17000000AB", "", "1700-0000-000"])
def test_not_even_the_card_makes_other_than_ten_digits_a_cedula(clerk, desk, typed):
    clerk.get(NEW)
    data = {"csrf_token": token_of(clerk), "cedula": typed, "tramite": "glosas", "cedula_revisada": "si"}
    assert clerk.post("/agencia/turnos", data=data).status_code == 422
    assert "cedula" in clerk.page.errors


def test_every_wrong_field_is_reported_and_input_is_kept(clerk, desk):
    clerk.get(NEW)
    send(clerk, cedula="17", correo="ana", celular="123", para="tercero", tercero_cedula="9")
    assert clerk.response.status_code == 422
    wrong = {"cedula", "tramite", "correo", "celular", "tercero_cedula", "tercero_nombre"}
    assert wrong <= clerk.page.errors.keys()
    assert clerk.page.one("input", id="correo")["value"] == "ana"
    assert count(Booking) == 0


def test_a_tramite_of_another_agency_is_not_offered(clerk, desk):
    create_desk(agency=create_agency())
    other = create_procedure(slug="ajeno")
    create_desk(other.line)
    clerk.get(NEW)
    assert [option["value"] for option in clerk.page.one("select", id="tramite").all("option")] == ["", "glosas"]
    data = {"csrf_token": token_of(clerk), "cedula": cedula(1), "tramite": "ajeno"}
    assert clerk.post("/agencia/turnos", data=data).status_code == 422
    assert "tramite" in clerk.page.errors


def test_the_person_s_limits_hold_at_the_window_too(clerk, turn):
    assert ask(clerk, cedula=turn.cedula, tramite="glosas") is None
    assert clerk.response.status_code == 409
    assert "Ya existe un turno" in clerk.page.one("div", role="alert").text
    assert ask(clerk, cedula=turn.cedula, tramite="glosas", hora=hour(next_workday(), 600)) is None
    assert clerk.response.status_code == 409


def test_a_waiting_walk_in_cannot_confirm_a_turn_for_the_same_tramite(clerk, desk, procedure):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    assert ask(clerk, cedula=traveller.cedula, tramite="glosas") is not None
    with pytest.raises(AlreadyHasTurn):
        confirm.confirm_turn(traveller.key, traveller.browser)


def test_a_taken_hour_is_refused_and_must_be_chosen_again(clerk, turn):
    clerk.get(NEW)
    send(clerk, tramite="glosas", ver="horas")
    taken = hour(turn.day, turn.minute)
    assert taken not in [option["value"] for option in clerk.page.one("select", id="hora").all("option")]
    assert send(clerk, cedula=cedula(2), hora=taken).status_code == 409
    assert send(clerk).status_code == 422  # the next press makes no ticket for now by mistake
    assert "hora" in clerk.page.errors
    assert count(Booking) == 1


def test_priority_is_known_by_age_too(clerk, desk):
    create_citizen(cedula(1), born=(clock.now() - timedelta(days=70 * 366)).date())
    assert db.session.get(Booking, ask(clerk, cedula=cedula(1), tramite="glosas")).priority
    assert not db.session.get(Booking, ask(clerk, cedula=cedula(2), tramite="glosas")).priority
    assert db.session.get(Booking, ask(clerk, cedula=cedula(3), tramite="glosas", prioridad="si")).priority


def test_the_staff_cancels_with_a_reason_that_the_person_reads(clerk, account, turn):
    address = f"/agencia/turnos/{turn.id}/cancelar"
    clerk.get(address)
    assert send(clerk).status_code == 422
    assert "motivo" in clerk.page.errors
    assert send(clerk, motivo="x" * 201).status_code == 422
    assert send(clerk, motivo="El titular llamó").status_code == 200
    event = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.after, event.actor, event.details["minutes"]) == ("cancelled", Actor.staff(account.id), [NINE])
    assert event.details["seat"] == 0
    assert db.session.scalars(select(Claim.purpose)).all() == ["delay"]
    notice = db.session.scalars(select(Notice).filter_by(kind="cancellation")).one()
    assert "El titular llamó" in render(notice).text
    assert list(audit()) == []
    clerk.get(address)
    send(clerk, motivo="otra vez")
    assert db.session.get(Booking, turn.id).status == "cancelled"
    assert db.session.query(Notice).filter_by(kind="cancellation").count() == 1


def test_cancelling_again_after_an_undo_notifies_the_person_again(clerk, account, turn):
    by = Clerk(Actor.staff(account.id), turn.agency_id, 1)
    for _ in range(2):
        clerk.get(f"/agencia/turnos/{turn.id}/cancelar")
        send(clerk, motivo="Prueba")
        undo.undo(turn.id, by)
    assert db.session.query(Notice).filter_by(kind="cancellation").count() == 2
    assert list(audit()) == []


def test_a_turn_that_has_begun_is_not_cancelled(clerk, turn, clock_shift):
    clock_shift(turn.starts_at - clock.now() + timedelta(minutes=1))
    clerk = signed_in(clerk.application, create_account(turn.agency))
    clerk.get(f"/agencia/turnos/{turn.id}/cancelar")
    assert send(clerk, motivo="Tarde").status_code == 409
    assert "ya no se puede cancelar" in clerk.page.one("div", role="alert").text
    assert db.session.get(Booking, turn.id).status == "confirmed"
