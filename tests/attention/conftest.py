"""What a day of the visit begins with, unless a module says otherwise: three windows, a clerk at the first."""

import pytest

from tests.support.rows.build import create_desk, create_procedure
from tests.support.rows.staff import create_account, signed_in
from turnero.attention.attendance import By
from turnero.audit import audit
from turnero.extensions import db


@pytest.fixture
def procedure(app):
    return create_procedure(minutes=20)


@pytest.fixture
def desk(procedure):
    return create_desk(procedure.line, windows=3)


@pytest.fixture
def by(desk):
    """The clerk as the use cases know them."""
    return By("staff:1", desk.agency_id, 1)


@pytest.fixture
def clerk(app, desk):
    """A client that is signed in as one."""
    return signed_in(app, create_account(desk.agency))


@pytest.fixture(autouse=True)
def nothing_broken(request):
    """The invariants hold after every test that touched the database."""
    with_database = "app" in request.fixturenames
    if with_database:
        request.getfixturevalue("app")  # so that it outlives this
    yield
    if with_database:
        db.session.rollback()
        assert [str(violation) for violation in audit()] == []
