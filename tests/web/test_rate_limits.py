"""In-process flood counts: equal to the library's, without scanning all keys."""

import time

import pytest
from limits.storage import MemoryStorage

from turnero.web import rate_limits
from turnero.web.rate_limits import OwnCounts


@pytest.fixture
def moment(monkeypatch):
    """The time, in the test's hands: a list of one number."""
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def test_a_window_begins_with_the_first_and_ends_for_all_at_once(moment):
    counts = OwnCounts()
    assert [counts.incr("ana", 60) for _ in range(3)] == [1, 2, 3]
    moment[0] += 59
    assert (counts.incr("ana", 60), counts.get_expiry("ana")) == (4, 1060)
    moment[0] += 1
    assert (counts.get("ana"), counts.incr("ana", 60), counts.get_expiry("ana")) == (0, 1, 1120)


def test_each_key_counts_alone_and_one_can_be_cleared(moment):
    counts = OwnCounts()
    assert (counts.incr("ana", 60), counts.incr("luis", 60, amount=5)) == (1, 5)
    counts.clear("luis")
    assert (counts.get("ana"), counts.get("luis"), counts.get_expiry("luis")) == (1, 0, moment[0])
    assert (counts.reset(), counts.get("ana"), counts.check()) == (1, 0, True)


@pytest.mark.parametrize("seconds", [[0, 1, 58, 2], [30, 29, 1, 60, 0]])
def test_it_counts_as_the_library_does(moment, seconds):
    ours, theirs = OwnCounts(), MemoryStorage()
    theirs.timer.join()
    for pause in seconds:
        moment[0] += pause
        assert ours.get("ana") == theirs.get("ana")
        assert ours.incr("ana", 60) == theirs.incr("ana", 60)
        assert ours.get_expiry("ana") == theirs.get_expiry("ana")
        theirs.timer.join()


def test_windows_that_have_ended_are_dropped_and_no_other(moment, monkeypatch):
    monkeypatch.setattr(rate_limits, "_MANY", 10)
    counts = OwnCounts()
    for number in range(10):
        counts.incr(f"old {number}", 60)
    moment[0] += 61
    for number in range(5):
        counts.incr(f"new {number}", 60)
    assert len(counts._windows) == 5
    assert all(counts.get(f"new {number}") == 1 for number in range(5))
