"""``turnero`` as a process of its own that starts at once: a fork of a server that has imported the product.

Importing the product costs seconds of processor time; a fork costs milliseconds. The fork has its own memory, threads,
connections and end, so it is killed and raced like any process. ``processes`` starts an interpreter instead.
"""

import atexit
import functools
import gc
import json
import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from types import ModuleType

from tests.support import ROOT
from tests.support.servers.processes import PROGRAM

_SERVER = "from tests.support.servers import forked; forked._serve({socket})"


class Process:
    """The part of ``subprocess.Popen`` that tests use. A supervisor in the fork server tells when and how it ended."""

    returncode: int | None = None

    def __init__(self, program: str, arguments: tuple[str, ...], environ: Mapping[str, str]) -> None:
        readable, writable = os.pipe()
        self._supervisor, theirs = socket.socketpair()
        socket.send_fds(_fork_server(), [b"1"], [writable, theirs.fileno()])
        os.close(writable)
        theirs.close()
        self.stdout = os.fdopen(readable)
        self._messages = self._supervisor.makefile()
        self._supervisor.sendall(json.dumps([program, arguments, dict(environ)]).encode() + b"\n")
        self.pid = int(self._messages.readline())

    def poll(self) -> int | None:
        """The exit status, a negative signal number, or ``None`` while the process runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Raises ``subprocess.TimeoutExpired``."""
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._supervisor, selectors.EVENT_READ)
                if not selector.select(timeout):
                    raise subprocess.TimeoutExpired("turnero", timeout or 0)
            self.returncode = int(self._messages.readline())
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """The rest of the output, once nobody can write any more of it; raises ``subprocess.TimeoutExpired``."""
        parts: list[str] = []
        reader = Thread(target=lambda: parts.append(self.stdout.read()), daemon=True)
        reader.start()
        reader.join(timeout)
        if reader.is_alive():
            raise subprocess.TimeoutExpired("turnero", timeout or 0)
        self.wait(timeout)
        return "".join(parts), None

    def send_signal(self, number: int) -> None:
        """The supervisor leaves the pid of an ended process taken, so no other process can be hit."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        self.stdout.close()
        self._messages.close()
        self._supervisor.close()


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
def _fork_server() -> socket.socket:
    """Where forks are ordered. The server ends when this end is closed, also by the death of the tests."""
    ours, theirs = socket.socketpair()
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER.format(socket=theirs.fileno())],
        cwd=ROOT,  # where it finds this module
        env={name: value for name, value in os.environ.items() if not name.startswith("TURNERO_")},
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def _serve(descriptor: int) -> None:
    """In the fork server: a supervisor for each order, which forks the process itself. Returns in those processes."""
    from turnero import cli, demo, serving  # noqa: F401, PLC0415 (imported once here, for all forks)

    gc.freeze()  # no fork walks, and so copies, what was imported
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which end what they started
    with socket.socket(fileno=descriptor) as orders:
        while True:
            _, descriptors, _, _ = socket.recv_fds(orders, 1, 2)
            _reap()
            if not descriptors:
                return
            if os.fork() == 0:
                break
            for inherited in descriptors:
                os.close(inherited)
    output, supervised = descriptors
    _supervise(output, socket.socket(fileno=supervised))


def _reap() -> None:
    """Clear away the supervisors that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _supervise(output: int, tests: socket.socket) -> None:
    with tests, tests.makefile("r") as orders:
        program, arguments, environ = json.loads(orders.readline())
        pid = os.fork()
        if pid:
            os.close(output)
            tests.sendall(f"{pid}\n".encode())
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            assert ended is not None
            status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            tests.sendall(f"{status}\n".encode())
            orders.read()  # until the tests close their end
            os.waitpid(pid, 0)
            os._exit(0)
    _become(output, program, arguments, environ)


def _become(output: int, program: str, arguments: list[str], environ: dict[str, str]) -> None:
    """Be ``python -c program arguments``, whose end is that of this process."""
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
