"""The calendar file of a turn, parsed back as a calendar does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests.support.inspection.papers import turn_text
from tests.support.rows.build import (
    GALAPAGOS,
    create_agency,
    create_desk,
    create_procedure,
    create_province,
    next_workday,
)
from tests.support.rows.journeys import at_hour_step
from turnero.booking.documents import files
from turnero.booking.journey import cancel, change, confirm, holds
from turnero.booking.turn import queries
from turnero.core import clock

START = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
TEN, ELEVEN = 600, 660


def written(turn=None, **changes_of_facts):
    facts = {
        "starts_at": START,
        "ends_at": START + timedelta(minutes=20),
        "sequence": 0,
        "sender": "Turnero <turnos@example.ec>",
        "now": NOW,
    }
    return files.ics(turn or turn_text(), **facts | changes_of_facts)


def parsed(entry):
    """The calendar and its one event."""
    calendar = Calendar.from_ical(entry)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_the_entry_has_utc_instants_and_the_local_hour_in_words():
    calendar, event = parsed(written())
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert (event["STATUS"], event["SEQUENCE"], event["CLASS"]) == ("CONFIRMED", 0, "PRIVATE")
    assert (event.start, event.end) == (START, START + timedelta(minutes=20))
    assert b"DTSTART:20261124T143000Z\r\n" in written()
    assert b"DTSTAMP:20261109T150000Z\r\n" in written()
    assert event["SUMMARY"] == "Turno a las 09:30: Notificación de glosas"
    assert event["LOCATION"] == "Quito Centro (demostración)"
    assert event["DESCRIPTION"].splitlines() == [
        "martes 24 de noviembre de 2026, 09:30",
        "Notificación de glosas, ventanilla Cartera",
        "Referencia: K7M4XR2",
        "Llegue 10 minutos antes. Le esperamos hasta las 09:40.",
        "Traiga: Cédula original del titular",
        "Traiga: Fotocopia del RUC",
        "Ver, cambiar o cancelar el turno: https://turnos.example.ec/mi-turno/tOkEn",
        "Este trámite no tiene costo. El turno vale solo con la cédula de su titular.",
    ]


def test_the_entry_reminds_two_hours_before_without_a_sound_or_a_mail():
    (alarm,) = parsed(written())[1].walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(hours=-2))
    assert alarm["DESCRIPTION"] == "Su turno es a las 09:30 en Quito Centro (demostración)."


def test_the_sender_is_the_organizer_that_calendars_ask_for():
    organizer = parsed(written())[1]["ORGANIZER"]
    assert (organizer, organizer.params["CN"]) == ("mailto:turnos@example.ec", "Turnero")
    bare = parsed(written(sender="turnos@example.ec"))[1]["ORGANIZER"]
    assert (bare, dict(bare.params)) == ("mailto:turnos@example.ec", {})


def test_the_uid_is_the_turns_whatever_changes():
    moved = written(turn_text(time="11:00", agency_name="Otra"), starts_at=START + timedelta(days=3), sequence=2)
    ended = written(cancelled=True, sequence=3)
    uids = {parsed(entry)[1]["UID"] for entry in (written(), moved, ended)}
    assert uids == {"K7M4XR2@turnos.example.ec"}
    assert parsed(moved)[1]["SEQUENCE"] == 2


def test_a_cancelled_turn_takes_its_entry_away_and_reminds_of_nothing():
    calendar, event = parsed(written(cancelled=True, sequence=1))
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert event["DESCRIPTION"].startswith("Ya no tiene turno a esta hora.\n")
    assert "mi-turno" not in event["DESCRIPTION"]
    assert event.walk("VALARM") == []


def test_an_address_of_the_agency_is_part_of_the_place():
    assert parsed(written(turn_text(agency_address="Av. 10 de Agosto")))[1]["LOCATION"].endswith("), Av. 10 de Agosto")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))))
def test_whatever_the_names_hold_they_come_back_and_add_no_line(name):
    entry = written(turn_text(agency_name="Agencia " + name))
    assert parsed(entry)[1]["LOCATION"] == "Agencia " + name
    lines = entry.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert sum(line.startswith(b"UID:") for line in lines) == 1


def test_a_line_break_in_a_name_cannot_write_a_property():
    calendar, event = parsed(written(turn_text(agency_name="Quito\r\nATTENDEE:mailto:eva@example.ec")))
    assert "ATTENDEE" not in event
    assert calendar["METHOD"] == "PUBLISH"


@pytest.fixture
def token(app):
    """A turn at ten in Galápagos."""
    procedure = create_procedure(minutes=40)
    desk = create_desk(procedure.line, agency=create_agency(create_province("20")))
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, day_of_turn(), TEN)
    return confirm.confirm_turn(traveller.key, traveller.browser)


def day_of_turn():
    return next_workday(GALAPAGOS) + timedelta(days=7)


def entry_now(token):
    entry = files.calendar_entry_of(queries.booking_by_token(token), clock.now())
    return entry, *parsed(entry.data)


def test_ten_in_galapagos_is_four_in_the_afternoon_of_utc(token):
    attachment, _, event = entry_now(token)
    assert event.start == datetime.combine(day_of_turn(), datetime.min.time(), UTC) + timedelta(hours=16)
    assert event.end - event.start == timedelta(minutes=40)
    assert event["SUMMARY"].startswith("Turno a las 10:00 (hora de Galápagos): ")
    assert "10:00 (hora de Galápagos)\n" in event["DESCRIPTION"]
    assert event["DTSTAMP"].dt == clock.now().replace(microsecond=0)
    assert attachment.content_type == "text/calendar; method=PUBLISH; charset=UTF-8"
    assert attachment.filename == f"turno-{event['UID'].partition('@')[0]}.ics"


def test_change_and_cancellation_speak_of_the_same_entry_each_later_than_the_last(token):
    first = entry_now(token)[2]
    key = change.begin_change(token, "a-phone")
    holds.place(key, "a-phone", day_of_turn(), ELEVEN)
    confirm.confirm_turn(key, "a-phone")
    second = entry_now(token)[2]
    cancel.cancel_turn(token)
    attachment, calendar, last = entry_now(token)
    assert first["UID"] == second["UID"] == last["UID"]
    assert [event["SEQUENCE"] for event in (first, second, last)] == [0, 1, 2]
    assert second.start - first.start == timedelta(hours=1)
    assert (calendar["METHOD"], last["STATUS"]) == ("CANCEL", "CANCELLED")
    assert attachment.content_type == "text/calendar; method=CANCEL; charset=UTF-8"
