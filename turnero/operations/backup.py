"""Backs up the database to one file and restores it: SQLite directly, PostgreSQL with its own programs past any pooler.

The file contains personal data: it has mode 0600 and gets its name only when complete.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import URL, make_url

from turnero.core.db import TIMEOUTS, on_postgresql
from turnero.core.errors import TurneroError
from turnero.core.extensions import db

_SQLITE, _POSTGRESQL = b"SQLite format 3\0", b"PGDMP"
_DEBIAN = Path("/usr/lib/postgresql")


class BackupExists(TurneroError):
    """The file exists; backups never overwrite."""

    code = "backup_exists"


class NoBackup(TurneroError):
    """The file does not exist or is not a backup of ours."""

    code = "backup_not_found"


class OtherEngine(TurneroError):
    """The backup is of the other database engine."""

    code = "backup_other_engine"


class ProgramMissing(TurneroError):
    """PostgreSQL's client programs are not installed; ``program`` is the one looked for."""

    code = "backup_program_missing"


class CopyFailed(TurneroError):
    """Copying failed with ``reason``, the program's last output; nothing was changed."""

    code = "backup_failed"


def write_backup(target: Path) -> None:
    """Copy a consistent snapshot of the database to ``target`` while people keep booking.

    Raises BackupExists, ProgramMissing or CopyFailed.
    """
    if target.exists():
        raise BackupExists(path=str(target))
    with _beside(target) as partial:
        if on_postgresql():
            with partial.open("wb") as file:
                _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", output=file)
        else:
            with _sqlite_errors(), closing(sqlite3.connect(_sqlite_path())) as connection:
                connection.execute("VACUUM INTO ?", (str(partial),))
        _to_the_disk(partial)
        try:
            os.link(partial, target)  # unlike a rename it never replaces a file
        except FileExistsError as error:
            raise BackupExists(path=str(target)) from error


def revision_of(source: Path) -> str | None:
    """The revision of the schema in a backup. Raises NoBackup, OtherEngine, ProgramMissing or CopyFailed."""
    try:
        with source.open("rb") as file:
            magic = file.read(len(_SQLITE))
    except OSError as error:
        raise NoBackup(path=str(source)) from error
    ours, other = (_POSTGRESQL, _SQLITE) if on_postgresql() else (_SQLITE, _POSTGRESQL)
    if magic.startswith(other):
        raise OtherEngine
    if not magic.startswith(ours):
        raise NoBackup(path=str(source))
    return _dumped_revision(source) if on_postgresql() else _revision_in(source)


def bring_back(source: Path, era: int) -> None:
    """Replace the database by the backup atomically, *without* its revision mark.

    No process works on a database without a revision, so none uses it before it was made safe. Its era of references
    is at least ``era``, that of the replaced database. Raises ProgramMissing or CopyFailed.
    """
    db.session.remove()
    db.engine.dispose()
    if on_postgresql():
        _bring_dump(source, era)
    else:
        _bring_file(source, era)


def _bring_dump(source: Path, era: int) -> None:
    """Drop the old content, load the dump and remove the revision mark, in one transaction.

    Sends COMMIT explicitly at the end: psql's --single-transaction would commit at the end of its input even if this
    process died half way.
    """
    script = [
        _program("pg_restore"),
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--file=-",
        str(source),
    ]
    into = [_program("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=-"]
    with tempfile.TemporaryFile() as said:
        pipe: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": said}
        with (
            subprocess.Popen(script, stdout=subprocess.PIPE, stderr=said) as reader,  # noqa: S603 (our own words)
            subprocess.Popen(into, env=_environment(), **pipe) as writer,  # noqa: S603 (as above)
        ):
            assert reader.stdout is not None
            assert writer.stdin is not None
            with suppress(BrokenPipeError):
                writer.stdin.write(b"BEGIN; SET LOCAL lock_timeout = '10s';\n")
                shutil.copyfileobj(reader.stdout, writer.stdin)
                if reader.wait() == 0:
                    writer.stdin.write(_last_words(era))
            with suppress(BrokenPipeError):  # psql stopped reading
                writer.stdin.close()
            writer.wait()
        if reader.returncode or writer.returncode:
            raise _failed(said)


def _last_words(era: int) -> bytes:
    later = b"UPDATE reference_era SET number = greatest(number, %d);" % era
    return b"RESET search_path; DELETE FROM alembic_version; " + later + b" COMMIT;\n"


def _bring_file(source: Path, era: int) -> None:
    target = _sqlite_path()
    with _beside(target) as partial:
        shutil.copyfile(source, partial)
        with _sqlite_errors(), closing(sqlite3.connect(partial)) as copy:
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok":
                raise CopyFailed(reason=verdict)
            copy.execute("DELETE FROM alembic_version")
            copy.execute("UPDATE reference_era SET number = max(number, ?)", (era,))
            copy.commit()
        _to_the_disk(partial)
        with _sqlite_errors(), closing(sqlite3.connect(target, timeout=5)) as old:
            # Checkpoints and removes the log; fails while another process has it open.
            old.execute("PRAGMA journal_mode=DELETE")
        partial.replace(target)


def _dumped_revision(source: Path) -> str | None:
    """The revision in a dump: the line after COPY of alembic_version."""
    with tempfile.TemporaryFile() as script:
        _run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(source), output=script)
        script.seek(0)
        lines = iter(script.read().decode().splitlines())
    return next((next(lines, "").strip() or None for line in lines if line.startswith("COPY ")), None)


def _revision_in(source: Path) -> str | None:
    with _sqlite_errors(), closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A temporary file beside ``target`` with mode 0600; deleted afterwards unless moved."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.absolute().parent)  # mode 0600
        os.close(number)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:  # a full disk, or one without hard links
        raise CopyFailed(reason=error.strerror or str(error)) from error


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CopyFailed(reason=str(error)) from error


def _to_the_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _run(program: str, *arguments: str, output: IO[bytes]) -> None:
    with tempfile.TemporaryFile() as said:
        command = [_program(program), *arguments]
        how: dict[str, Any] = {"env": _environment(), "stdout": output, "stderr": said}
        done = subprocess.run(command, check=False, **how)  # noqa: S603 (our own words)
        if done.returncode:
            raise _failed(said)


def _failed(said: IO[bytes]) -> CopyFailed:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return CopyFailed(reason=next((line for line in lines if "ERROR" in line or "error" in line), "".join(lines[-1:])))


def _program(name: str) -> str:
    """The newest installed program: an older client cannot read a newer server."""
    installed = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]), reverse=True)
    found = str(installed[0]) if installed else shutil.which(name)
    if found is None:
        raise ProgramMissing(program=name)
    return found


def _environment() -> Mapping[str, str]:
    """Connection parameters as environment variables: other users could read arguments."""
    url: URL = make_url(current_app.config["SETTINGS"].database_direct_url)
    names = {"PGHOST": url.host, "PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database}
    names["PGPORT"] = str(url.port) if url.port else None
    asked = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "host": "PGHOST"}
    names |= {asked[name]: str(value) for name, value in url.query.items() if name in asked}
    names["PGOPTIONS"] = " ".join(f"-c {limit}=0" for limit in TIMEOUTS)  # the role's time-outs are meant for pages
    return os.environ | {name: value for name, value in names.items() if value}


def _sqlite_path() -> Path:
    return Path(db.engine.url.database or "")
