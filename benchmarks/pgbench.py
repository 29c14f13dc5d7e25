"""The same statements run by PostgreSQL's pgbench, without web server and Python."""

import re
import subprocess
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg import ClientCursor

from benchmarks.people import Crowd
from benchmarks.ratios import OPENS
from benchmarks.recording import Line, Maker
from tests.support.servers import postgres

CLIENTS, PEOPLE_EACH = 16, 3000
_MADE = re.compile(r"tps = ([\d.]+)")
_PARAMETER = re.compile(r"%\((\w+)\)s")
# Each person's values, of the number that the script counts; the database's own functions make the hash of the browser.
_OF_THE_PERSON = {
    "key": "'bench-' || :n",
    "browser": "encode(sha256(lpad(:n::text, 32, '0')::bytea), 'hex')",
    "cedula": "lpad(:n::text, 10, '0')",
    "mailbox": "'persona' || :n || '@example.ec'",
    "mobile": "'+5939' || lpad(:n::text, 8, '0')",
    "seat": ":n",
    "booking": ":id",
    "subject": "'booking' || chr(58) || :id",
}


def program() -> Path | None:
    """The path of pgbench, if installed: Debian's PostgreSQL has it, the wheel does not."""
    folder = postgres.programs()
    return folder / "pgbench" if folder and (folder / "pgbench").exists() else None


def rate(crowd: Crowd, scripts: Iterable[list[Line]], day: date, *, seconds: int) -> float:
    """Transactions a second of all ``scripts`` one after the other at one hour of ``day``. Raises where one failed."""
    people = crowd.people(CLIENTS * PEOPLE_EACH)
    of_place = {
        "day": _quoted(day),
        "minute": str(OPENS),
        "starts_at": _quoted(datetime.combine(day, datetime.min.time())),
    }
    with crowd.site.database() as connection:
        quote = ClientCursor(connection).mogrify
        written = [_script(script, {**_OF_THE_PERSON, **of_place}, quote) for script in scripts]
    file = crowd.site.folder / "pgbench.sql"
    begin = f"\\set i :i + 1\n\\set n {people[0].number} + :client_id * {PEOPLE_EACH} + :i\n"
    file.write_text(begin + "".join(f"BEGIN;\n{text}COMMIT;\n" for text in written))
    counts = ("-n", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "-M", "prepared", "-D", "i=0", "-D", "id=0")
    command = [str(program()), *counts, "-f", str(file), crowd.site.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)
    found = _MADE.search(done.stdout)
    assert found and "number of failed transactions: 0 " in done.stdout, done.stdout + done.stderr
    return float(found[1])


def _script(lines: list[Line], values: dict[str, str], quote: Any) -> str:
    return "".join(_statement(line, values, quote) for line in lines)


def _statement(line: Line, values: dict[str, str], quote: Any) -> str:
    def value_of(name: re.Match[str]) -> str:
        return f"({_expression(line.makers[name[1]], values, quote)})"

    sql = " ".join(_PARAMETER.sub(value_of, line.sql).replace("%%", "%").split())
    return f"{sql} \\gset\n" if "RETURNING bookings.id" in sql and "INSERT" in sql else f"{sql};\n"


def _expression(maker: Maker, values: dict[str, str], quote: Any) -> str:
    if maker.known:
        return f"{_quoted(maker.prefix)} || {values[maker.known]}" if maker.prefix else values[maker.known]
    if maker.away is not None:
        return f"now() + interval '{maker.away / timedelta(seconds=1)} seconds'"
    if maker.parts is not None:
        return f"ARRAY[{', '.join(_expression(part, values, quote) for part in maker.parts)}]"
    if maker.new:
        return "left(md5(random()::text), 24)"
    return _without_colons(quote("%s", [maker.value]))


def _quoted(value: object) -> str:
    return _without_colons("'" + str(value).replace("'", "''") + "'")


def _without_colons(literal: str) -> str:
    """pgbench would take what follows a colon for one of its variables; a cast at the end is none."""
    text, quote, cast = literal.rpartition("'")
    if ":" not in text:
        return literal
    return "E" + text.replace("\\", "\\\\").replace(":", "\\x3a") + quote + cast
