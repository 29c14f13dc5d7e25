"""The product as in production: ``turnero serve`` on a throw-away PostgreSQL that survives crashes, and mail that goes.

Its agencies open every day from 08:00 to 17:00, with twelve windows of twenty minutes each.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from rehearsals.chaos.post import Post
from rehearsals.chaos.stack import DURABLE
from rehearsals.upgrade.tree import fill
from tests.support.servers import postgres
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import PROGRAM, answer
from turnero.agencies.calendar.holidays import national


@dataclass(frozen=True)
class Site:
    """A running site and its addresses."""

    environ: dict[str, str]
    port: int
    folder: Path
    post: Post

    @property
    def url(self) -> str:
        return (
            make_url(self.environ["TURNERO_DATABASE_URL"])
            .set(drivername="postgresql")
            .render_as_string(hide_password=False)
        )

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[Any]]:
        """As an operator sees it; every statement is committed."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield connection

    def turnero(self, *arguments: str) -> str:
        """A command typed by an operator; what it printed. Raises ``CalledProcessError``."""
        command = [sys.executable, "-c", PROGRAM, *arguments]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=True, timeout=300)
        return done.stdout

    @contextmanager
    def process(self, *command: str, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a process of the site, with output to a file."""
        with (self.folder / f"{Path(command[-1]).name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=self.environ | more, stdout=log, stderr=log)
            try:
                yield process
            finally:
                process.terminate()
                process.wait(60)

    @contextmanager
    def serving(self, workers: int = 2, threads: int = 8) -> Iterator["subprocess.Popen[bytes]"]:
        bind = ("--bind", f"127.0.0.1:{self.port}", "--workers", str(workers), "--threads", str(threads))
        with self.process(sys.executable, "-c", PROGRAM, "serve", *bind) as process:
            status, told = answer(self.port, "/readyz")
            assert status == 200, told
            yield process


@contextmanager
def site(turns: int = 20_000) -> Iterator[Site]:
    """A migrated site with this many turns, not served yet."""
    with ExitStack() as until_the_end:
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="turnero-bench-")))
        folder.chmod(0o755)
        server = postgres.started(folder / "postgres", postgres.SETTINGS | DURABLE | {"fsync": "on"})
        until_the_end.callback(postgres.stop, folder / "postgres")
        post = Post()
        post.start()
        until_the_end.callback(post.stop)
        made = Site(_environ(server + "postgres", folder, post), free_port(), folder, post)
        made.turnero("migrate")
        with psycopg.connect(made.url) as connection:
            fill(connection, turns, date.today())  # noqa: DTZ011 (the machine's day will do)
        yield made


def _environ(database: str, folder: Path, post: Post) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TURNERO_")}
    return inherited | {
        "TURNERO_ENV": "production",
        "TURNERO_SECRET_KEY": secrets.token_urlsafe(32),
        "TURNERO_CODE_KEY": secrets.token_urlsafe(32),
        "TURNERO_DATABASE_URL": database,
        "TURNERO_DATA": str(folder / "data"),
        "TURNERO_MAIL_URL": f"smtp://127.0.0.1:{post.port}",
        "TURNERO_BASE_URL": "http://127.0.0.1:1",
        "TURNERO_REGISTRY": "open",
        "TURNERO_TRUSTED_PROXIES": "1",  # people come from many addresses, as a proxy would say
    }


def day_ahead(days: int) -> date:
    """Today, or the n-th day from now that is not a national holiday."""
    day = date.today()  # noqa: DTZ011 (as above)
    rests = {rest.day for year in (day.year, day.year + 1) for rest in national(year)}
    while days:
        day += timedelta(days=1)
        days -= day not in rests
    return day
