"""One window of one trámite, the least that can be measured."""

import pytest

from turnero.core import shared_values


@pytest.fixture
def moments(monkeypatch):
    """The shelf's clock, in the test's hands: a list of one number. Stopped, nothing that is shared grows old."""
    now = [100.0]
    monkeypatch.setattr(shared_values, "time", type("Time", (), {"monotonic": staticmethod(lambda: now[0])}))
    return now


@pytest.fixture
def usual_windows():
    return 1
