"""Fixtures of turns: one window, and a turn on a Monday."""

import pytest

from tests.support.rows.turns import book, the_monday


@pytest.fixture
def usual_windows():
    return 1


@pytest.fixture
def day(app):
    return the_monday()


@pytest.fixture
def token(desk, procedure, day):
    """Of the page of a turn at the first hour of ``day``."""
    return book(desk, procedure, day)


@pytest.fixture
def address(token):
    return f"/mi-turno/{token}"
