"""A real PgBouncer with the file of ``deploy/pgbouncer``, before the tests' PostgreSQL; gone after the test."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from tests.support import ROOT
from tests.support.servers import postgres
from tests.support.servers.mail_servers import free_port

DEPLOY = ROOT / "deploy"
CONFIGURATION = DEPLOY / "pgbouncer" / "pgbouncer.ini"
ROLE = DEPLOY / "postgres" / "role.sql"
PATIENCE_SECONDS = 30
_SBIN = "/usr/sbin:/sbin:/usr/local/sbin"


def program() -> str | None:
    """Where PgBouncer is, if it is here."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:{_SBIN}")


@dataclass(frozen=True)
class Pooled:
    """The URLs of one database for one role that carries the time-outs: through the pooler, and past it."""

    url: str
    direct_url: str


@contextmanager
def before(database_url: str, *, pool: int = 20) -> Iterator[Pooled]:
    """A pooler of ``pool`` connections before the server of ``database_url`` (of the tests' PostgreSQL)."""
    role = _role_with_time_outs(database_url)
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-", dir=os.environ["TURNERO_TEST_RUN"]))
    direct = make_url(database_url).set(username=role)
    port = free_port()
    _configure(folder, direct, port, pool)
    process = _started(folder)
    try:
        pooled = direct.set(host="127.0.0.1", port=port)
        _wait_for(pooled.set(drivername="postgresql").render_as_string(hide_password=False), process, folder / "log")
        yield Pooled(pooled.render_as_string(hide_password=False), direct.render_as_string(hide_password=False))
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _role_with_time_outs(database_url: str) -> str:
    """A role of this database's own that ``deploy/postgres/role.sql`` was run for; it may do everything here."""
    url = make_url(database_url)
    role = f"{url.database}_pooled"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(f"CREATE ROLE {role} LOGIN SUPERUSER".encode())
        connection.execute(ROLE.read_text().replace("ROLE turnero ", f"ROLE {role} ").encode())
    return role


def _configure(folder: Path, direct: URL, port: int, pool: int) -> None:
    """The deployed file, but for a port instead of a socket, the tests' server and role, and no password."""
    deployed = ConfigParser(interpolation=None)
    deployed.read_string(CONFIGURATION.read_text())
    deployed["databases"] = {"*": f"host={direct.host} port={direct.port} user={direct.username}"}
    deployed["pgbouncer"].update(
        {
            "listen_addr": "127.0.0.1",
            "listen_port": str(port),
            "unix_socket_dir": "",
            "auth_type": "any",
            "auth_file": "",
            "logfile": str(folder / "log"),
            "default_pool_size": str(pool),
        }
    )
    with (folder / "pgbouncer.ini").open("w") as file:
        deployed.write(file)


def _started(folder: Path) -> "subprocess.Popen[bytes]":
    """It refuses to run as root, as PostgreSQL does."""
    found = program()
    assert found is not None, "python -m tests.support.machine.provision brings pgbouncer"
    account = postgres.runs_as()
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return subprocess.Popen(
        [found, "--quiet", str(folder / "pgbouncer.ini")],
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        cwd="/",
        stderr=subprocess.DEVNULL,
    )


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.02)  # a server that starts gives no other sign than its port
