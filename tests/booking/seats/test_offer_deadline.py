from datetime import datetime, timedelta

import pytest

from turnero.booking.seats.offer_deadline import answer_by, drawn_answer_by

MONDAY = datetime(2026, 11, 9)


def at(days, clock_time):
    hours, minutes = clock_time.split(":")
    return MONDAY + timedelta(days=days, hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        ((0, "10:00"), (7, "09:00"), (0, "12:00")),  # two hours
        ((0, "20:00"), (7, "09:00"), (1, "08:00")),  # an hour of the evening, an hour of the morning
        ((0, "23:30"), (7, "09:00"), (1, "09:00")),  # nobody loses a place in their sleep
        ((1, "03:00"), (7, "09:00"), (1, "09:00")),
        ((0, "10:00"), (0, "13:00"), (0, "10:45")),  # never later than two hours and the grace before the start
        ((0, "10:00"), (0, "12:45"), (0, "10:30")),  # half an hour is the least
        ((0, "10:00"), (0, "12:44"), None),
        ((0, "22:00"), (1, "09:00"), None),  # it would end before anybody is awake
        ((0, "22:00"), (1, "10:00"), (1, "07:45")),
    ],
)
def test_an_offer_waits_two_waking_hours(now, starts, until):
    assert answer_by(at(*now), at(*starts), 120) == (until and at(*until))


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        ((0, "08:00"), (7, "09:00"), (1, "08:00")),
        ((0, "08:00"), (1, "08:00"), (1, "05:45")),
        ((0, "08:00"), (0, "10:44"), None),
    ],
)
def test_a_drawn_place_is_kept_for_a_day(now, starts, until):
    assert drawn_answer_by(at(*now), at(*starts)) == (until and at(*until))
