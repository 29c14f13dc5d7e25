"""Another time for a process (libfaketime): its own clock only, as when a machine's clock is wrong."""

from datetime import timedelta
from pathlib import Path


def library() -> Path | None:
    """Where libfaketime is, if it is here."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


# The library answers EINVAL to the call behind time.sleep; waiting for nothing takes as long.
_SLEEPER = """
import select, time
time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""


def environment_ahead(by: timedelta, folder: Path, path: str) -> dict[str, str]:
    """The environment of a process that believes it is ``by`` later (or earlier) than it is.

    ``folder`` receives Python start-up files; ``path``: the present PYTHONPATH.
    """
    (folder / "sitecustomize.py").write_text(_SLEEPER)
    found = library()
    assert found is not None, "python -m tests.support.machine.provision brings libfaketime"
    return {
        "LD_PRELOAD": str(found),
        "PYTHONPATH": f"{folder}:{path}",
        "FAKETIME": f"{by.total_seconds():+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
