"""«No fui yo»: the notice to the address on file and its button."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.pages.walking import newest_code
from tests.support.rows.build import create_citizen, create_closure, next_workday
from tests.support.rows.journeys import at_hour_step, cedula, prove
from turnero.booking.closures import closing, proposals, sweep
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import cancel, change, confirm, holds, steps
from turnero.booking.journey.state import Step, owned, step_of
from turnero.booking.person import owner
from turnero.booking.turn import queries
from turnero.booking.turn.errors import NotCancellable
from turnero.booking.turn.events import CancelReason
from turnero.booking.turn.models import Booking, Claim, Event, Journey
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.staff.actor import COMMAND_LINE
from turnero.verify.contact import Contact

NINE = 540
OWNER, MOBILE = "dueno.demo@example.ec", "+593998887766"

pytestmark = [
    pytest.mark.procedure(minutes=40, name="Notificación de glosas"),
    pytest.mark.usefixtures("nothing_broken"),
]


def book(desk, procedure, on_file=OWNER, day=None):
    traveller = at_hour_step(desk.agency, procedure, registry_email=on_file)
    holds.place(traveller.key, traveller.browser, day or next_workday(), NINE)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


def notices(kind="not_me"):
    db.session.rollback()
    return db.session.scalars(select(Notice).where(Notice.kind == kind)).all()


def journey(key, browser="owner"):
    db.session.rollback()
    return owned(key, browser)


def seats():
    db.session.rollback()
    return db.session.execute(select(Claim.minute, Claim.purpose).order_by(Claim.minute)).all()


@pytest.mark.parametrize("on_file", [None, "persona1@example.ec", "Persona1+iess@example.ec"])
def test_no_notice_without_another_mailbox_in_the_registry(desk, procedure, on_file):
    booking = book(desk, procedure, on_file)
    assert notices() == []
    assert booking.owner_hash is None


def test_the_address_on_file_is_notified_in_the_confirming_transaction(desk, procedure):
    booking = book(desk, procedure)
    (notice,) = notices()
    assert (notice.address, notice.subject) == (OWNER, f"booking:{booking.id}")
    assert queries.booking_by_owner_token(queries.owner_token_of(booking)).id == booking.id


def test_the_address_on_file_is_looked_up_after_the_proof_and_forgotten_with_the_journey(desk, procedure, clock_shift):
    create_citizen(cedula=cedula(1), email=OWNER)
    key = steps.start_journey("browser-1", cedula(1))
    steps.give_contact(key, "browser-1", Contact("otra@example.ec", "otra@example.ec", MOBILE))
    assert journey(key, "browser-1").registry_email is None
    prove(key, "browser-1", newest_code(key))
    assert journey(key, "browser-1").registry_email == OWNER
    steps.choose_place(
        key, "browser-1", steps.AgencyChoice(desk.agency.province_code, procedure.slug, desk.agency.slug)
    )
    holds.place(key, "browser-1", next_workday(), NINE)
    confirm.confirm_turn(key, "browser-1")
    assert [notice.address for notice in notices()] == [OWNER]
    clock_shift(timedelta(days=2))
    sweep.sweep()
    assert db.session.scalars(select(Journey.registry_email)).all() == []


def test_a_failed_confirmation_tells_nobody(desk, procedure, monkeypatch):
    monkeypatch.setattr("turnero.booking.journey.confirm.token_of", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        book(desk, procedure)
    assert notices() == []


def test_the_mail_tells_neither_where_nor_when(desk, procedure, smtp):
    booking = book(desk, procedure)
    deliver_all()
    (mail,) = [message for message in smtp.messages if message["To"] == OWNER]
    assert mail["Subject"] == "Se pidió un turno con su cédula"
    for part in ("plain", "html"):
        text = mail.get_body((part,)).get_content()
        assert f"/no-fui-yo/{queries.owner_token_of(booking)}" in text
        assert "Notificación de glosas" in text
        assert "17••••••" in text
        for secret in (booking.reference, desk.agency.name, "09:00", booking.cedula, booking.email, "/mi-turno/"):
            assert secret not in text


def test_the_two_links_of_a_turn_open_different_pages(desk, procedure):
    booking = book(desk, procedure)
    assert queries.owner_token_of(booking) not in (queries.token_of(booking), booking.owner_hash)
    with pytest.raises(NotFound):
        queries.booking_by_token(queries.owner_token_of(booking))
    with pytest.raises(NotFound):
        owner.disown(queries.token_of(booking), "owner")


def test_the_owner_gets_the_place_held_for_the_usual_time(desk, procedure):
    create_citizen(cedula=cedula(1), email=OWNER, mobile=MOBILE)
    booking = book(desk, procedure)
    key = owner.disown(queries.owner_token_of(booking), "owner")
    theirs = journey(key)
    assert step_of(theirs, clock.now()) is Step.CONFIRM
    assert (theirs.email, theirs.mobile, theirs.cedula) == (OWNER, MOBILE, booking.cedula)
    assert timedelta(minutes=4, seconds=50) < theirs.hold_lapses_at - clock.now() <= timedelta(minutes=5)
    assert theirs.booking_id != booking.id
    assert seats() == [(NINE, "hold"), (NINE + 20, "hold")]
    assert queries.booking_by_token(queries.token_of(booking)).status == "cancelled"
    last = db.session.scalars(select(Event).where(Event.booking_id == booking.id).order_by(Event.id.desc())).first()
    assert (str(last.actor), last.before, last.after, last.what) == ("owner", "confirmed", "cancelled", "not_me")


def test_the_owner_confirms_and_is_not_warned_of_their_own_turn(desk, procedure):
    create_citizen(cedula=cedula(1), email=OWNER, mobile=MOBILE)
    booking = book(desk, procedure)
    key = owner.disown(queries.owner_token_of(booking), "owner")
    turn = queries.booking_by_token(confirm.confirm_turn(key, "owner"))
    assert (turn.status, turn.email, turn.mobile, turn.minute) == ("confirmed", OWNER, MOBILE, NINE)
    assert len(notices()) == 1
    assert seats() == [(NINE, "turn"), (NINE + 20, "turn")]


def test_the_other_mailbox_gets_the_ordinary_cancellation(desk, procedure, smtp):
    booking = book(desk, procedure)
    owner.disown(queries.owner_token_of(booking), "owner")
    assert [notice.address for notice in notices("cancellation")] == ["persona1@example.ec"]
    deliver_all()
    texts = [m.get_body(("plain",)).get_content() for m in smtp.messages if m["To"] == "persona1@example.ec"]
    assert len(texts) == 1  # the confirmation has nothing to tell any more
    assert OWNER not in texts[0]
    assert [message["To"] for message in smtp.messages] == ["persona1@example.ec"]


def test_repeating_it_leads_to_the_same_place_and_another_browser_to_none(desk, procedure):
    token = queries.owner_token_of(book(desk, procedure))
    key = owner.disown(token, "owner")
    assert owner.disown(token, "owner") == key
    assert owner.disown(token, "another") is None
    assert len(notices("cancellation")) == 1
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 2


def test_a_place_let_go_is_free_at_once_and_the_undone_turn_stays_undone(desk, procedure):
    token = queries.owner_token_of(book(desk, procedure))
    holds.release(owner.disown(token, "owner"), "owner")
    assert seats() == []
    assert step_of(journey(owner.disown(token, "owner")), clock.now()) is Step.CONTACT


@pytest.mark.parametrize("outage", [False, True])
def test_without_a_mobile_on_file_the_owner_is_asked_for_it_and_keeps_the_place(desk, procedure, monkeypatch, outage):
    if outage:
        from turnero.verify import registry  # noqa: PLC0415 (only here)

        def out(_cedula):
            raise registry.RegistryUnavailable

        monkeypatch.setattr(registry.LocalRegistry, "find", lambda self, number: out(number))
    token = queries.owner_token_of(book(desk, procedure))
    theirs = journey(owner.disown(token, "owner"))
    assert (theirs.mobile, step_of(theirs, clock.now())) == (None, Step.CONTACT)
    assert seats() == [(NINE, "hold"), (NINE + 20, "hold")]


def test_a_turn_that_has_begun_or_was_cancelled_cannot_be_undone(desk, procedure, clock_shift):
    booking = book(desk, procedure)
    token = queries.owner_token_of(booking)
    clock_shift(booking.starts_at - clock.now())
    with pytest.raises(NotCancellable):
        owner.disown(token, "owner")


def test_a_turn_cancelled_by_its_holder_gives_the_owner_no_place(desk, procedure):
    booking = book(desk, procedure)
    cancel.cancel_turn(queries.token_of(booking), CancelReason.OTHER)
    with pytest.raises(NotCancellable):
        owner.disown(queries.owner_token_of(booking), "owner")
    assert db.session.scalar(select(func.count()).select_from(Journey)) == 1


def test_a_place_about_to_begin_is_not_handed_over_but_kept_for_those_who_are_there(desk, procedure, clock_shift):
    booking = book(desk, procedure)
    clock_shift(booking.starts_at - clock.now() - timedelta(minutes=20))
    key = owner.disown(queries.owner_token_of(booking), "owner")
    assert journey(key).booking_id is None
    assert {purpose for _, purpose in seats()} == {"delay"}


def test_a_place_whose_hours_were_closed_is_not_handed_over(desk, procedure):
    booking = book(desk, procedure)
    starts = clock.local(booking.starts_at, desk.agency.zone)
    create_closure(starts, starts + timedelta(hours=1))  # the sweep has not seen it yet
    key = owner.disown(queries.owner_token_of(booking), "owner")
    assert journey(key).booking_id is None
    assert {purpose for _, purpose in seats()} == {"delay"}


def test_a_displaced_turn_is_undone_and_the_owner_chooses_an_hour(desk, procedure):
    create_citizen(cedula=cedula(1), email=OWNER, mobile=MOBILE)
    booking = book(desk, procedure, day=next_workday() + timedelta(days=7))
    starts = clock.local(booking.starts_at, desk.agency.zone)
    closing.close_hours(
        Scope("national"), Hours(starts, starts + timedelta(hours=1), "Corte de energía"), actor=COMMAND_LINE
    )
    proposals.propose_all()
    assert {purpose for _, purpose in seats()} == {"proposal"}
    key = owner.disown(queries.owner_token_of(booking), "owner")
    assert step_of(journey(key), clock.now()) is Step.HOUR
    assert seats() == []
    assert proposals.open_displacement(booking.id) is None


def test_a_change_under_way_ends_and_its_place_is_free(desk, procedure):
    booking = book(desk, procedure)
    key = change.begin_change(queries.token_of(booking), "browser-1")
    holds.place(key, "browser-1", next_workday(), NINE + 80)
    owner.disown(queries.owner_token_of(booking), "owner")
    assert [minute for minute, _ in seats()] == [NINE, NINE + 20]


def test_the_hold_lapses_like_any_other(desk, procedure, clock_shift):
    key = owner.disown(queries.owner_token_of(book(desk, procedure)), "owner")
    clock_shift(timedelta(minutes=5, seconds=1))
    assert sweep.sweep() == 1
    assert seats() == []
    assert journey(key) is not None


def test_of_many_presses_at_once_one_undoes_and_all_of_its_browser_arrive(app, desk, procedure):
    token = queries.owner_token_of(book(desk, procedure))
    start = threading.Barrier(8)

    def press(number):
        with app.app_context():
            start.wait()
            return owner.disown(token, f"owner-{number % 2}")

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(press, range(8)))
    assert sorted(key is None for key in keys) == [False] * 4 + [True] * 4
    assert len(notices("cancellation")) == 1
    assert seats() == [(NINE, "hold"), (NINE + 20, "hold")]


def test_nobody_slips_in_between_the_cancelling_and_the_hold(app, desk, procedure):
    token = queries.owner_token_of(book(desk, procedure))
    rivals = [at_hour_step(desk.agency, procedure, number) for number in range(2, 8)]
    day = next_workday()
    start = threading.Barrier(7)

    def run(number):
        with app.app_context():
            start.wait()
            if number == 0:
                return owner.disown(token, "owner")
            rival = rivals[number - 1]
            try:
                holds.place(rival.key, rival.browser, day, NINE)
            except holds.PlaceTaken:
                return None
            return "took it"

    with ThreadPoolExecutor(7) as pool:
        results = list(pool.map(run, range(7)))
    assert results[1:] == [None] * 6
    assert step_of(journey(results[0]), clock.now()) is Step.CONTACT
    assert seats() == [(NINE, "hold"), (NINE + 20, "hold")]
