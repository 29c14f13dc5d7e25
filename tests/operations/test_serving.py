"""An orphaned worker ends after its running requests."""

import signal

import pytest

from tests.support.servers.forked import run

_ENDING = "import signal; {deaf}; from turnero.operations import serving; serving._end({grace})"


@pytest.mark.parametrize(
    ("deaf", "grace", "status"),
    [
        ("", 60, -signal.SIGTERM),
        ("signal.signal(signal.SIGTERM, lambda *_: None)", 0.2, 1),
    ],
)
def test_a_worker_ends_though_it_does_not_hear(deaf, grace, status):
    program = _ENDING.format(deaf=deaf or "0", grace=grace)
    assert run(environ={}, program=program) == (status, "")
