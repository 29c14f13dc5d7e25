"""``turnero`` as a process of its own that starts at once: forked from one that has imported the product.

Importing the product costs seconds of processor time; a fork costs milliseconds. The fork has its own memory, threads,
connections and end, so it is killed and raced like any process. ``processes`` starts an interpreter instead.
"""

import functools
import multiprocessing
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.reduction import DupFd
from pathlib import Path
from subprocess import TimeoutExpired
from threading import Thread
from types import ModuleType
from typing import Any

from tests.support.servers.processes import PROGRAM

_PRELOADED = ["turnero.cli", "turnero.operations.demo", "turnero.operations.serving"]


class Process:
    """The part of ``subprocess.Popen`` that tests use; stdout and stderr are one stream."""

    returncode: int | None = None

    def __init__(self, program: str, arguments: tuple[str, ...], environ: Mapping[str, str]) -> None:
        readable, writable = os.pipe()
        self.stdout = os.fdopen(readable)
        order = (_Output(writable), program, arguments, dict(environ))
        self._process = _context().Process(target=_become, args=order)
        try:
            self._process.start()
        finally:
            os.close(writable)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit status, a negative signal number, or ``None`` while the process runs."""
        if self.returncode is None:
            self.returncode = self._process.exitcode
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises ``subprocess.TimeoutExpired``."""
        if self.returncode is None:
            self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise TimeoutExpired("turnero", timeout or 0)
        return status

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """The remaining output after all writers have closed it. Raises ``subprocess.TimeoutExpired``."""
        parts: list[str] = []
        reader = Thread(target=lambda: parts.append(self.stdout.read()), daemon=True)
        reader.start()
        reader.join(timeout)
        if reader.is_alive():
            raise TimeoutExpired("turnero", timeout or 0)
        self.wait(timeout)
        return "".join(parts), None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            # The fork server is its parent: it may have taken the status of a dead one that we have not read yet.
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        self.stdout.close()
        self._process.close()


@contextmanager
def running(*arguments: str, environ: Mapping[str, str], program: str = PROGRAM) -> Iterator[Process]:
    """``turnero arguments`` at work; killed at the end if it still is. Its output is one stream."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TURNERO_")}
    process = Process(program, arguments, inherited | dict(environ))
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        process.close()


def run(*arguments: str, environ: Mapping[str, str], program: str = PROGRAM) -> tuple[int, str]:
    """The exit status of ``turnero arguments`` and what it printed."""
    with running(*arguments, environ=environ, program=program) as process:
        output, _ = process.communicate(timeout=120)
        return process.wait(), output


def environ_in(folder: Path, url: str) -> dict[str, str]:
    """The environment of processes that the tests of a module share, over the database at ``url``."""
    keys = {name: secrets.token_urlsafe(32) for name in ("TURNERO_SECRET_KEY", "TURNERO_CODE_KEY")}
    return keys | {"TURNERO_ENV": "test", "TURNERO_DATABASE_URL": url, "TURNERO_DATA": str(folder)}


@functools.cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


class _Output:
    """The writing end of a pipe, on its way to a process that is being started."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (DupFd(self.descriptor),)


def _received(sent: Any) -> int:
    descriptor: int = sent.detach()
    return descriptor


def _become(output: int, program: str, arguments: list[str], environ: dict[str, str]) -> None:
    """Become ``python -c program arguments``; never returns."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a real stream here
    os.environ.clear()
    os.environ.update(environ)
    sys.argv[:] = ["-c", *arguments]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main = sys.modules["__main__"] = ModuleType("__main__")
    exec(compile(program, "<string>", "exec"), vars(main))  # noqa: S102 (a program of the tests)
