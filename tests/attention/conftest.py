"""Fixtures of the day of the visit: three windows, a clerk at the first."""

import pytest

from tests.support.rows.staff import create_account, signed_in
from turnero.attention.day.attendance import Clerk
from turnero.staff.actor import Actor


@pytest.fixture
def by(desk):
    """The clerk as the use cases know them."""
    return Clerk(Actor.staff(1), desk.agency_id, 1)


@pytest.fixture
def clerk(app, desk):
    """A client that is signed in as one."""
    return signed_in(app, create_account(desk.agency))


@pytest.fixture(autouse=True)
def invariants(request):
    """They hold after every test that touched the database, unless it is marked ``breaks_invariants``."""
    if "app" in request.fixturenames and not request.node.get_closest_marker("breaks_invariants"):
        request.getfixturevalue("nothing_broken")
