"""The production shape on one machine: nginx, three web replicas, two jobs processes, PostgreSQL, a mail server."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from rehearsals.chaos.managed import Keeper, Managed
from rehearsals.chaos.post import Post
from tests.support.servers import nginx, postgres
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import PROGRAM, answer
from tests.support.servers.wire import Wire, wire

CATALOGUE = Path(__file__).parent / "catalogue.yaml"
REPLICAS, JOBS = 3, 2
# Durable, unlike the tests' server: commits must survive a crash.
DURABLE = {"synchronous_commit": "on", "full_page_writes": "on", "max_connections": "150", "shared_buffers": "64MB"}


@dataclass
class Stack:
    """Everything that runs. ``url`` is where citizens go; ``database_url`` is the server itself, past the wire."""

    folder: Path
    database_url: str
    wire: Wire
    post: Post
    url: str
    environ: dict[str, str]
    excused_doubles: int = 0  # mails that may have come twice, by the faults so far
    web: list[Managed] = field(default_factory=list)
    jobs: list[Managed] = field(default_factory=list)

    @property
    def managed(self) -> list[Managed]:
        return [*self.web, *self.jobs]

    def turnero(self, *arguments: str) -> str:
        """A command typed by an operator; what it printed. Raises ``CalledProcessError``."""
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            env=self.environ,
            cwd=self.environ["PYTHONPATH"],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Query the server directly, as an operator."""
        url = make_url(self.database_url).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def wait_until_ready(self, replica: Managed) -> None:
        """Wait for readiness. Raises ``AssertionError`` with the end of its log."""
        until = time.monotonic() + 60
        while answer(replica.port, "/readyz")[0] != 200:
            assert time.monotonic() < until, replica.log.read_text()[-2000:]
            time.sleep(0.1)  # a replica that starts gives no other sign

    @property
    def database(self) -> Path:
        return self.folder / "postgres"


@contextmanager
def running(folder: Path, root: Path, replicas: int = REPLICAS, jobs: int = JOBS) -> Iterator[Stack]:
    """Run the whole stack, ready for citizens; ``root``: the tree to run."""
    folder.chmod(0o755)
    server = postgres.started(folder / "postgres", postgres.SETTINGS | DURABLE)
    post = Post()
    post.start()
    try:
        with wire(make_url(server).port or 5432) as made:
            stack = _planned(folder, root, server, made, post)
            _add_processes(stack, replicas, jobs)
            for command in (("migrate",), ("catalogue", "load", str(CATALOGUE))):
                stack.turnero(*command)
            with _before(stack), Keeper(stack.managed):
                for replica in stack.web:
                    stack.wait_until_ready(replica)
                yield stack
    finally:
        post.stop()
        postgres.stop(folder / "postgres")


def _planned(folder: Path, root: Path, server: str, made: Wire, post: Post) -> Stack:
    database = make_url(server).set(database="postgres")
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TURNERO_")} | {
        "PYTHONPATH": str(root),
        "TURNERO_ENV": "production",
        "TURNERO_SECRET_KEY": secrets.token_urlsafe(32),
        "TURNERO_CODE_KEY": secrets.token_urlsafe(32),
        "TURNERO_DATABASE_URL": database.render_as_string(hide_password=False),
        "TURNERO_DATA": str(folder / "data"),
        "TURNERO_MAIL_URL": f"smtp://127.0.0.1:{post.port}",
        "TURNERO_BASE_URL": f"http://127.0.0.1:{port}",
        "TURNERO_TRUSTED_PROXIES": "1",
        "TURNERO_REGISTRY": "open",
    }
    return Stack(folder, environ["TURNERO_DATABASE_URL"], made, post, environ["TURNERO_BASE_URL"], environ)


def _add_processes(stack: Stack, replicas: int, jobs: int) -> None:
    """Web replicas reach the database through the wire, which can be cut; jobs processes do not."""
    by_wire = make_url(stack.database_url).set(port=stack.wire.port).render_as_string(hide_password=False)
    for number in range(replicas):
        command = ("serve", "--bind", f"127.0.0.1:{free_port()}", "--workers", "1", "--threads", "8")
        own = stack.environ | {"TURNERO_DATABASE_URL": by_wire}
        stack.web.append(Managed(f"web-{number}", command, own, stack.folder))
    stack.jobs += [Managed(f"jobs-{number}", ("jobs",), stack.environ, stack.folder) for number in range(jobs)]


@contextmanager
def _before(stack: Stack) -> Iterator[None]:
    """nginx with the product's own configuration before all replicas."""
    folder = stack.folder / "nginx"
    folder.mkdir()
    with nginx.before([replica.port for replica in stack.web], int(stack.url.rpartition(":")[2]), folder):
        yield
