"""A throw-away Redis server that can be killed, put to sleep and started again on the same port."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.support.servers.mail_servers import free_port

PATIENCE_SECONDS = 30
_NOTHING_KEPT = ("--save", "", "--appendonly", "no")


def program() -> str | None:
    """Where Redis is, if it is here."""
    return shutil.which("redis-server")


class Server:
    """Redis on a local ``port``; ``url`` and ``socket_url`` are values for TURNERO_REDIS_URL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.socket_url = f"unix://{folder / 'redis'}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and come back when it answers."""
        found = program()
        assert found is not None, "python -m tests.support.machine.provision brings redis-server"
        where = ("--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket", str(self.folder / "redis"))
        log = self.folder / "redis.log"
        self._process = subprocess.Popen(
            [found, *where, *_NOTHING_KEPT, "--dir", str(self.folder), "--logfile", str(log)]
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.02)  # a server that starts gives no other sign than its port

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(timeout=PATIENCE_SECONDS)
            self._process = None

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """The process stopped: it takes connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with Redis(port=self.port, socket_timeout=1) as asking:
                return bool(asking.ping())
        except RedisError:
            return False


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server with data under ``folder``; killed at the end."""
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
