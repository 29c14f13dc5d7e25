"""One window of one trámite, the least that can be measured."""

import pytest

from tests.support.build import create_desk, create_procedure


@pytest.fixture
def procedure(app):
    return create_procedure(minutes=20)


@pytest.fixture
def desk(procedure):
    return create_desk(procedure.line, windows=1)
