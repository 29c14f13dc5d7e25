"""Another time for a process (libfaketime): its own clock only, as when a machine's clock is wrong."""

from datetime import timedelta
from pathlib import Path


def library() -> Path | None:
    """Where libfaketime is, if it is here."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def environment_ahead(by: timedelta) -> dict[str, str]:
    """The environment of a process that believes it is ``by`` later (or earlier) than it is."""
    found = library()
    assert found is not None, "python -m tests.support.provision brings libfaketime"
    return {
        "LD_PRELOAD": str(found),
        "FAKETIME": f"{by.total_seconds():+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "0",
    }
