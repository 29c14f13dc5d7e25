"""Supervised processes, restarted when they end, as by systemd or Kubernetes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from tests.support.servers.processes import PROGRAM

_RESTART_SECONDS = 1.0
_GRACE_SECONDS = 40


class Managed:
    """One ``turnero`` command that shall run. ``extra`` is environment that a fault may change before a start."""

    def __init__(self, name: str, arguments: Iterable[str], environ: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.extra: dict[str, str] = {}
        self._command = [sys.executable, "-c", PROGRAM, *arguments]
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = threading.Event()
        self._lock = threading.RLock()

    @property
    def port(self) -> int:
        """Where it answers, by its ``--bind``."""
        return next(int(word.partition(":")[2]) for word in self._command if word.startswith("127.0.0.1:"))

    def start(self) -> None:
        """Run, and run again whenever it ends."""
        self._wanted.set()
        self.look_after()

    def look_after(self) -> None:
        """Start the process if it should run and does not."""
        with self._lock:
            if not self._wanted.is_set() or (self._process and self._process.poll() is None):
                return
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    env=self._environ | self.extra,
                    cwd=self._environ["PYTHONPATH"],  # the tree that is tried, not the one we are in
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def stop(self) -> None:
        """End it as an operator does: SIGTERM and patience. Raises ``AssertionError`` when it does not end."""
        with self._lock:
            self._wanted.clear()
            if self._process is None:
                return
            self.signal(signal.SIGCONT)
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self._process.wait()
                raise AssertionError(f"{self.name} did not end within {_GRACE_SECONDS} s of SIGTERM") from None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process group."""
        if self._process is not None:
            for pid in [self._process.pid, *children(self._process.pid)]:
                _send(pid, number)

    def kill_master(self) -> None:
        if self._process is not None:
            _send(self._process.pid, signal.SIGKILL)

    def kill_worker(self) -> None:
        """kill -9 the process that serves, not the one that watches over it."""
        if self._process is not None:
            for pid in children(self._process.pid):
                if "spawn_main" in _command_of(pid):
                    _send(pid, signal.SIGKILL)


class Keeper:
    """Supervises many processes until stopped."""

    def __init__(self, managed: Iterable[Managed]) -> None:
        self._managed = list(managed)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        for one in self._managed:
            one.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        for one in self._managed:
            one.stop()

    def _keep(self) -> None:
        while not self._end.wait(_RESTART_SECONDS):
            for one in self._managed:
                one.look_after()


def children(pid: int) -> list[int]:
    """The processes that ``pid`` started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
