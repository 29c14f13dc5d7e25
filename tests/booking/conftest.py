"""What most tests of turns stand on: one window. A test with others marks them."""

import pytest


@pytest.fixture
def usual_windows():
    return 1
