from datetime import date, datetime, timedelta

import pytest

from turnero.booking.turn.policy import Caps, Policy, Release


def test_the_defaults_are_those_of_the_contract():
    policy = Policy.from_catalogue({})
    assert (policy.hold_minutes, policy.code_minutes, policy.code_tries, policy.resend_seconds) == (5, 10, 5, 60)
    assert (policy.lead_minutes, policy.horizon_days, policy.release) == (30, 30, Release(480, 480))
    assert policy.release_delay_minutes == (5, 60)
    assert policy.caps == Caps(day=2, week=4, month=10)
    assert (policy.open_turns_per_cedula, policy.contact_days, policy.tolerance_minutes) == (3, 60, 10)


def test_an_agencys_own_values_lie_over_the_catalogues():
    policy = Policy.from_catalogue({"hold_minutes": 7, "horizon_days": 20}, {"horizon_days": 10})
    assert (policy.hold_minutes, policy.horizon_days) == (7, 10)


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 11, 23, 7, 59), date(2026, 12, 22)),  # the newest day is not open yet
        (datetime(2026, 11, 23, 8, 0), date(2026, 12, 23)),  # it opens at eight, agency time
        (datetime(2026, 11, 23, 23, 59), date(2026, 12, 23)),
        (datetime(2026, 11, 24, 0, 0), date(2026, 12, 23)),  # midnight opens nothing
    ],
)
def test_a_new_day_opens_at_the_release_hour(now, last):
    assert Policy().last_open_day(1, now) == last


def test_a_release_between_two_hours_is_fixed_per_desk_and_day_and_spread():
    release = Policy.from_catalogue({"release": {"between": ["07:00", "10:00"]}}).release
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    minutes = [release.minute(1, day) for day in days]
    assert minutes == [release.minute(1, day) for day in days]
    assert all(420 <= minute <= 600 for minute in minutes)
    assert len(set(minutes)) > 100
    assert minutes != [release.minute(2, day) for day in days]


def test_a_day_once_open_stays_open_until_it_passes():
    policy = Policy.from_catalogue({"release": {"between": ["07:00", "10:00"]}})
    instants = [datetime(2026, 11, 23) + timedelta(minutes=10 * n) for n in range(6 * 24 * 20)]
    last = [policy.last_open_day(3, instant) for instant in instants]
    assert last == sorted(last)
