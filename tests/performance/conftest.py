"""One window of one trámite, the least that can be measured."""

import pytest

from tests.support.rows.build import create_desk, create_procedure
from turnero import sharing


@pytest.fixture
def procedure(app):
    return create_procedure(minutes=20)


@pytest.fixture
def desk(procedure):
    return create_desk(procedure.line, windows=1)


@pytest.fixture
def moments(monkeypatch):
    """The shelf's clock, in the test's hands: a list of one number. Stopped, nothing that is shared grows old."""
    now = [100.0]
    monkeypatch.setattr(sharing, "time", type("Time", (), {"monotonic": staticmethod(lambda: now[0])}))
    return now
