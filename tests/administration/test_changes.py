"""Edits of an agency: previews equal effects, nobody loses an hour unannounced, concurrent edits are detected."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, next_workday
from tests.support.rows.visits import booked, turn
from turnero.administration.agencies import edits
from turnero.administration.agencies.forms import Days, Special
from turnero.agencies import queries
from turnero.agencies.catalogue.editing import NOWHERE
from turnero.agencies.catalogue.entries import DeskEntry
from turnero.agencies.models import Agency, DeskDay
from turnero.booking.closures import sweep
from turnero.booking.turn.errors import ChangedMeanwhile
from turnero.booking.turn.models import Booking, Displacement
from turnero.core.extensions import db
from turnero.core.interval import Interval
from turnero.operations.audit import audit
from turnero.staff.actor import Actor
from turnero.staff.models import AdminChange

MORNINGS = [[Interval(480, 720)] if day < 5 else [] for day in range(7)]
NINE, THREE = 540, 900


@pytest.fixture
def monday(app):
    day = next_workday() + timedelta(days=14)
    return day - timedelta(days=day.weekday())


def displaced():
    db.session.rollback()
    return {row.booking_id for row in db.session.scalars(select(Displacement))}


def test_a_look_tells_what_the_change_then_does_and_does_nothing_itself(desk, procedure, monday):
    early, late = (booked(desk, procedure, minute, number, day=monday) for number, minute in ((1, NINE), (2, THREE)))
    edit = edits.week_edit(desk.agency, MORNINGS, Days(monday, monday + timedelta(days=4)))
    sentences, seal = edit.look()
    assert sentences[0].startswith("Quita 150 turnos")  # of five afternoons, 15 hours of the grid each, two windows
    assert "1 persona afectada: pierde su hora." in sentences
    assert "Con otro turno guardado: 1." in sentences
    assert displaced() == set()
    assert db.session.scalars(select(AdminChange)).all() == []
    number = edit.make(seal, Actor.staff(1))
    assert displaced() == {late}
    assert (turn(early).status, turn(late).status) == ("confirmed", "displaced")
    written = db.session.get_one(AdminChange, number)
    assert written.effect.startswith("Quita 150 turnos")
    assert written.agency_id == desk.agency_id
    sweep.sweep()
    assert [row.status for row in db.session.scalars(select(Displacement))] == ["proposed"]
    assert [str(violation) for violation in audit()] == []


def test_fewer_windows_move_people_together_before_anybody_loses_a_place(desk, procedure, monday):
    people = [booked(desk, procedure, NINE, number, day=monday) for number in (1, 2)]
    wanted = Special(desk.line.slug, (monday,), 1)
    edit = edits.special(desk.agency, desk.line.name, wanted)
    sentences, seal = edit.look()
    assert sentences[0].startswith("Quita 27 turnos")
    assert "1 persona afectada: pierde su hora." in sentences
    edit.make(seal, Actor.staff(1))
    assert len(displaced()) == 1
    assert {turn(person).status for person in people} == {"confirmed", "displaced"}
    assert db.session.scalars(select(DeskDay.windows)).all() == [1]
    assert [str(violation) for violation in audit()] == []


def test_another_grid_displaces_what_does_not_fit(desk, procedure, monday):
    there = booked(desk, procedure, NINE, day=monday)
    windows = edits.windows(desk.agency, "Cartera", DeskEntry(desk.line.slug, 2, 30, monday, NOWHERE))
    sentences, seal = windows.look()
    assert "1 persona afectada: pierde su hora." in sentences
    windows.make(seal, Actor.staff(1))
    assert displaced() == {there}


def test_a_concurrent_edit_is_reported_and_changes_nothing(desk, monday):
    mine = edits.week_edit(desk.agency, MORNINGS, Days(monday, None))
    _, seal = mine.look()
    theirs = edits.windows(desk.agency, "Cartera", DeskEntry(desk.line.slug, 5, 20, monday, NOWHERE))
    theirs.make(theirs.look()[1], Actor.staff(2))
    with pytest.raises(ChangedMeanwhile):
        mine.make(seal, Actor.staff(1))
    agency = db.session.scalars(select(Agency)).one()
    again = edits.week_edit(agency, MORNINGS, Days(monday, None))
    again.make(again.look()[1], Actor.staff(1))
    calendar = queries.desk_calendars([desk], monday, monday)[desk.id]
    assert {staffing.windows for staffing in calendar.staffing} >= {5}  # what they set is still there


def test_a_seal_that_nobody_was_shown_changes_nothing(desk, monday):
    """The control: with the right one it does."""
    edit = edits.week_edit(desk.agency, MORNINGS, Days(monday, None))
    for seal in ("", "x" * 64):
        with pytest.raises(ChangedMeanwhile):
            edit.make(seal, Actor.staff(1))
    assert edit.make(edit.look()[1], Actor.staff(1))


def test_a_booking_since_the_preview_loses_no_hour_unannounced(desk, procedure, monday):
    edit = edits.special(desk.agency, desk.line.name, Special(desk.line.slug, (monday,), 0))
    sentences, seal = edit.look()
    assert "Nadie pierde su turno." in sentences
    there = booked(desk, procedure, NINE, day=monday)
    with pytest.raises(ChangedMeanwhile):
        edit.make(seal, Actor.staff(1))
    assert turn(there).status == "confirmed"
    again, seal = edit.look()
    assert "1 persona afectada: pierde su hora." in again
    edit.make(seal, Actor.staff(1))
    assert turn(there).status == "displaced"


def test_a_place_taken_meanwhile_where_nobody_loses_an_hour_does_not_matter(desk, procedure, monday):
    edit = edits.special(desk.agency, desk.line.name, Special(desk.line.slug, (monday,), 1))
    _, seal = edit.look()
    booked(desk, procedure, NINE, 1, day=monday)  # the window that stays has room
    booked(desk, procedure, NINE, 2, day=monday + timedelta(days=1))
    assert edit.make(seal, Actor.staff(1))
    assert displaced() == set()


def test_an_edit_that_gives_hours_back_says_who_is_still_without(desk, procedure, monday):
    for number in (1, 2):
        booked(desk, procedure, NINE, number, day=monday)
    none, as_always = (Special(desk.line.slug, (monday,), windows) for windows in (0, None))
    without_windows = edits.special(desk.agency, desk.line.name, none)
    without_windows.make(without_windows.look()[1], Actor.staff(1))
    sweep.sweep()
    undone = edits.special(desk.agency, desk.line.name, as_always)
    sentences, seal = undone.look()
    said = "2 personas que perdieron una de estas horas siguen con otra propuesta o sin turno: véalas en Desplazados."
    assert sentences[-1] == said
    number = undone.make(seal, Actor.staff(1))
    assert db.session.get_one(AdminChange, number).effect.endswith(said)
    assert {row.status for row in db.session.scalars(select(Displacement))} == {"proposed"}  # nobody is booked again
    other_day = Special(desk.line.slug, (monday + timedelta(days=1),), 3)
    assert said not in edits.special(desk.agency, desk.line.name, other_day).look()[0]


def test_an_edit_of_one_agency_leaves_the_others(desk, procedure, monday):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=2)
    there = booked(other, procedure, THREE, day=monday)
    edit = edits.week_edit(desk.agency, MORNINGS, Days(monday, None))
    edit.make(edit.look()[1], Actor.staff(1))
    assert turn(there).status == "confirmed"
    assert db.session.scalars(select(Booking.status)).all() == ["confirmed"]


def test_a_new_agency_gives_turns_once_it_has_windows(desk, procedure, monday):
    facts = edits.Facts("nueva", desk.agency.province_code, "Nueva", "agency", "Quito", "")
    opening = edits.opening_edit(facts, monday)
    opening.make(opening.look()[1], Actor.staff(1))
    agency = queries.agency("nueva")
    windows = edits.windows(agency, "Cartera", DeskEntry(desk.line.slug, 1, 20, monday, NOWHERE))
    sentences, seal = windows.look()
    assert sentences[0].startswith("Crea 5")
    windows.make(seal, Actor.staff(1))
    new = queries.desk_for(queries.agency("nueva"), procedure)
    assert new is not None
    assert turn(booked(new, procedure, NINE, day=monday)).status == "confirmed"
