"""Fixtures of the production tests."""

import pytest

from tests.support.servers import postgres


@pytest.fixture(autouse=True)
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PostgreSQL came from a wheel its programs are not on the path."""
    monkeypatch.setenv("PATH", str(postgres.programs()), prepend=":")
