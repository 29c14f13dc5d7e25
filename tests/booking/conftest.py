"""What most tests of turns stand on: a trámite of one cell, and one window for it. A test with others has its own."""

import pytest

from tests.support.rows.build import create_desk, create_procedure
from turnero.agencies.models import Desk, Procedure


@pytest.fixture
def procedure(app) -> Procedure:
    return create_procedure(minutes=20)


@pytest.fixture
def desk(procedure: Procedure) -> Desk:
    return create_desk(procedure.line, windows=1)
