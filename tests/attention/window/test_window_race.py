"""Several clerks and citizens at once: one turn per cédula and trámite, one person per seat, one turn per form."""

from collections import Counter
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.support.rows.build import next_workday
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.scenes.crowd import all_at_once
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.models import Visit
from turnero.attention.window import turns
from turnero.attention.window.forms import Asked
from turnero.booking.journey import confirm, holds
from turnero.booking.journey.forms import Hour
from turnero.booking.seats import limits
from turnero.booking.turn.errors import AlreadyHasTurn, PlaceTaken
from turnero.booking.turn.models import Booking, Claim
from turnero.booking.turn.new_booking import Extras, Reachable
from turnero.core.extensions import db
from turnero.operations.audit import audit
from turnero.staff.actor import Actor

CROWD, NINE = 12, 540

pytestmark = pytest.mark.desk(windows=1)


def crowd(app, work):
    """Run ``work`` for each number, all at once; what they came to."""

    def one(number):
        try:
            return work(number)
        except (AlreadyHasTurn, PlaceTaken, IntegrityError) as error:
            return type(error).__name__

    return Counter(all_at_once(app, [partial(one, number) for number in range(CROWD)]))


def asked(procedure, number, *, request=None, hour=None):
    return Asked(cedula(number), procedure.slug, hour, Reachable(), priority=False, extras=Extras(request=request))


def clerks_for_one_person(app, desk, procedure):
    by, wanted = Clerk(Actor.staff(1), desk.agency_id, 1), asked(procedure, 1)
    return crowd(app, lambda _: turns.add_walk_in(wanted, by) and "made")


def test_many_clerks_make_one_turn_of_a_cedula(app, desk, procedure):
    assert clerks_for_one_person(app, desk, procedure) == {"made": 1, "AlreadyHasTurn": CROWD - 1}
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 1
    assert list(audit()) == []


def test_control_without_the_limit_the_table_itself_stops_them_with_an_error(app, desk, procedure, monkeypatch):
    monkeypatch.setattr(limits, "check_cedula", lambda *_: None)
    assert clerks_for_one_person(app, desk, procedure) == {"made": 1, "IntegrityError": CROWD - 1}


def test_one_form_sent_many_times_at_once_is_one_turn(app, desk, procedure):
    by, wanted = Clerk(Actor.staff(1), desk.agency_id, 1), asked(procedure, 1, request="one-form")
    assert list(crowd(app, lambda _: turns.add_walk_in(wanted, by)).values()) == [CROWD]
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 1


def test_clerks_and_citizens_for_the_last_seat(app, desk, procedure):
    by, day = Clerk(Actor.staff(1), desk.agency_id, 1), next_workday()
    people = [asked(procedure, number, hour=Hour(day, NINE)) for number in range(CROWD)]
    travellers = [at_hour_step(desk.agency, procedure, number) for number in range(CROWD)]

    def want(number):
        if number % 2:
            return turns.add_assisted(people[number], by) and "won"
        holds.place(travellers[number].key, travellers[number].browser, day, NINE)
        return confirm.confirm_turn(travellers[number].key, travellers[number].browser) and "won"

    assert crowd(app, want) == {"won": 1, "PlaceTaken": CROWD - 1}
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 1
    assert list(audit()) == []


def test_a_lost_assisted_turn_leaves_no_trace(app, desk, procedure):
    by, hour = Clerk(Actor.staff(1), desk.agency_id, 1), Hour(next_workday(), NINE)
    turns.add_assisted(asked(procedure, 1, hour=hour), by)
    with pytest.raises(PlaceTaken):
        turns.add_assisted(asked(procedure, 2, hour=hour), by)
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 1
    assert list(audit()) == []
