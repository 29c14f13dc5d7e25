from itertools import product

import pytest

from turnero.booking.turn.lifecycle import LIVE, SEATED, TRANSITIONS, Status, may, replay

# DESIGN §7, written out once more by hand: the table must say the same.
ALLOWED = {
    (None, "held"),
    (None, "arrived"),
    ("held", "confirmed"),
    ("held", "lapsed"),
    ("confirmed", "arrived"),
    ("confirmed", "cancelled"),
    ("confirmed", "displaced"),
    ("confirmed", "no_show"),
    ("arrived", "called"),
    ("arrived", "no_show"),
    ("called", "attended"),
    ("called", "arrived"),
    ("called", "no_show"),
    ("displaced", "confirmed"),
    ("displaced", "cancelled"),
}


@pytest.mark.parametrize(("before", "after"), list(product([None, *Status], Status)))
def test_only_the_designed_transitions_are_allowed(before, after):
    assert may(before, after) == ((before, after) in ALLOWED)


def test_what_is_over_stays_over():
    for status in (Status.LAPSED, Status.CANCELLED, Status.ATTENDED, Status.NO_SHOW):
        assert status not in TRANSITIONS


def test_a_held_turn_is_not_live_and_a_displaced_one_is_live_without_a_seat():
    assert Status.HELD not in LIVE
    assert {Status.DISPLACED} == LIVE - SEATED


def test_events_replay_to_the_status_they_led_to():
    steps = [
        (None, "held"),
        ("held", "confirmed"),
        ("confirmed", "arrived"),
        ("arrived", "called"),
        ("called", "arrived"),
    ]
    assert replay(steps) is Status.ARRIVED
    assert replay([]) is None


@pytest.mark.parametrize(
    "steps",
    [
        [(None, "confirmed")],
        [("held", "confirmed")],
        [(None, "held"), ("confirmed", "cancelled")],
        [(None, "held"), ("held", "lapsed"), ("lapsed", "confirmed")],
    ],
)
def test_events_that_do_not_follow_each_other_are_refused(steps):
    with pytest.raises(ValueError):
        replay(steps)
