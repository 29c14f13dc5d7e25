"""The world of all routes, and the one way in which these tests ask: every answer is looked at on its way back."""

import pytest

from tests.support.scenes.world import build_world


@pytest.fixture
def world(app):
    return build_world(app)
