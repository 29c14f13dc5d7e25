from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from turnero.attention.day.order import Waiting, queue

EIGHT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def person(number, came, hour, **values):
    """Somebody who came ``came`` minutes after eight for a turn at local minute ``hour``."""
    if isinstance(values.get("parked_at"), int):
        values["parked_at"] = EIGHT + timedelta(minutes=values["parked_at"])
    return Waiting(number, hour, EIGHT + timedelta(minutes=came), **values)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([person(1, 0, 540), person(2, 5, 520)], [2, 1]),
        ([person(1, 5, 540), person(2, 0, 540)], [2, 1]),
        ([person(1, 0, 500), person(2, 9, 900, priority=True)], [2, 1]),
        ([person(1, 3, 500, priority=True), person(2, 2, 900, priority=True)], [2, 1]),
        ([person(1, 0, 480, late=True), person(2, 30, 900)], [2, 1]),
        ([person(1, 0, 480, walk_in=True), person(2, 30, 900)], [2, 1]),
        ([person(1, 9, 480, late=True), person(2, 8, 488, walk_in=True)], [2, 1]),
        ([person(1, 0, 480, parked_at=20), person(2, 30, 510, walk_in=True)], [2, 1]),
        ([person(1, 0, 480, parked_at=20), person(2, 1, 480, parked_at=10)], [2, 1]),
        ([person(1, 0, 480, priority=True, parked_at=20), person(2, 1, 480, late=True)], [2, 1]),
        ([person(1, 0, 480, priority=True), person(2, 50, 900, late=True, for_window=3)], [2, 1]),
        ([person(1, 0, 480, late=True, priority=True), person(2, 0, 500)], [1, 2]),
    ],
)
def test_the_calling_order(people, expected):
    assert [one.booking_id for one in queue(people, window=3)] == expected


def test_somebody_sent_to_a_window_is_left_to_it():
    people = [person(1, 0, 480, for_window=3), person(2, 1, 500)]
    assert [one.booking_id for one in queue(people, window=2)] == [2]
    assert [one.booking_id for one in queue(people)] == [1, 2]


people_at_random = some.lists(
    some.builds(
        person,
        some.integers(1, 10_000),
        some.integers(0, 500),
        some.integers(480, 1000),
        priority=some.booleans(),
        late=some.booleans(),
        walk_in=some.booleans(),
    ),
    unique_by=lambda one: one.booking_id,
    max_size=12,
)


@given(people_at_random, some.randoms())
def test_the_order_does_not_depend_on_how_they_are_listed_and_nobody_is_lost(people, dice):
    ordered = queue(people)
    shuffled = list(people)
    dice.shuffle(shuffled)
    assert queue(shuffled) == ordered
    assert sorted(one.booking_id for one in ordered) == sorted(one.booking_id for one in people)


@given(people_at_random)
def test_nobody_in_time_waits_for_somebody_late_or_without_turn(people):
    last = {False: -1, True: 10_000}
    for position, one in enumerate(queue(people)):
        behind = one.late or one.walk_in
        if one.priority:
            continue
        last[behind] = min(last[behind], position) if behind else max(last[behind], position)
    assert last[False] < last[True]
