from datetime import date, datetime

import pytest

from turnero.agencies.calendar.opening_hours import WeeklyHours
from turnero.agencies.calendar.schedule import ClosedSpan, DeskCalendar, Staffing
from turnero.booking.seats.offers import ClosedDay, DeskOffers, NoPlace
from turnero.booking.seats.slots import TakenSeat
from turnero.booking.turn.policy import Policy
from turnero.core.interval import Interval

MONDAY_NOON = datetime(2026, 11, 23, 12, 0)
WEEK = tuple(WeeklyHours(weekday, 480, 1020, None, None) for weekday in range(5))
FULL_DAY = [TakenSeat(minute, 0, False) for minute in range(480, 1020, 20)]


def offers(*, taken=None, hours=WEEK, rest_days=None, closed=(), windows=1, minutes=20, horizon=30):
    calendar = DeskCalendar(
        hours=hours,
        staffing=(Staffing(date(2026, 1, 1), windows, 20),),
        windows_by_day={},
        rest_days=rest_days or {},
        closed=closed,
    )
    return DeskOffers(1, minutes, Policy(horizon_days=horizon), calendar, MONDAY_NOON, taken or {})


def test_today_is_offered_from_half_an_hour_on():
    today = next(offers().days())
    assert (today.day, today.morning, today.afternoon) == (date(2026, 11, 23), 0, 13)  # 12:40 … 16:40
    assert next(slot.minute for slot in offers().slots(today.day)) == 760


def test_free_places_are_shown_by_part_of_the_day():
    tuesday = list(offers().days())[1]
    assert (tuesday.free, tuesday.morning, tuesday.afternoon) == (27, 12, 15)


def test_a_longer_procedure_counts_turns_not_overlapping_starts():
    tuesday = list(offers(minutes=40).days())[1]
    assert tuesday.free == 13  # 27 cells: thirteen turns of two


def test_nothing_is_offered_beyond_the_horizon_or_in_the_past():
    assert offers(horizon=1).slots(date(2026, 11, 24)) != ()
    assert offers(horizon=1).slots(date(2026, 11, 25)) == ()
    assert offers().slots(date(2026, 11, 20)) == ()


def test_the_first_day_is_the_first_with_a_free_place():
    full = {date(2026, 11, day): FULL_DAY for day in (23, 24)}
    assert offers(taken=full).first().day == date(2026, 11, 25)


def test_rest_days_are_named_and_weekends_are_not():
    rest = {date(2026, 11, 25): "Fiesta"}
    assert offers(rest_days=rest).closed(None, date(2026, 12, 1)) == (
        ClosedDay(date(2026, 11, 25), "holiday", "Fiesta"),
    )


CLOSED_FOR_GOOD = (ClosedSpan(Interval(datetime(2026, 11, 1), datetime(2026, 12, 31)), "contingency", "Inundación"),)


@pytest.mark.parametrize(
    ("case", "cause"),
    [
        (
            {"taken": {date(2026, 11, 23): FULL_DAY, date(2026, 11, 24): FULL_DAY}, "horizon": 1},
            NoPlace("full", until=date(2026, 11, 25)),
        ),
        ({"closed": CLOSED_FOR_GOOD}, NoPlace("closed", until=date(2026, 12, 31), reason="Inundación")),
        (
            {"rest_days": {date(2026, 11, 23): "Fiesta", date(2026, 11, 24): "Fiesta"}, "horizon": 1},
            NoPlace("holiday", until=date(2026, 11, 25), reason="Fiesta"),
        ),
        (
            {"hours": tuple(WeeklyHours(day, 480, 1020, date(2027, 1, 4), None) for day in range(5))},
            NoPlace("not_open_yet", until=date(2027, 1, 4)),
        ),
        ({"hours": ()}, NoPlace("no_hours")),
        ({"windows": 0}, NoPlace("no_hours")),
    ],
)
def test_having_no_place_tells_its_true_cause(case, cause):
    desk = offers(**case)
    assert desk.first() is None
    assert desk.why_none() == cause
