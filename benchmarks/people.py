"""People at the step that is measured: their journeys in the database, and the requests they are about to send.

All begin their form token alike, so one signature is everybody's; who each is follows in the cookie.
"""

import hashlib
import hmac
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from itsdangerous import URLSafeTimedSerializer

from benchmarks.site import Site
from tests.support.rows.journeys import cedula
from turnero.web.session import known_as

_FIRST = 1_000_000  # not in the filled database
_strangers = itertools.count()
_JOURNEYS = """
COPY journeys (key, browser, created_at, cedula, email, mailbox, mobile, verified_at, registered, province_code,
               procedure_id, agency_id, priority, held_seconds, hold_extended, changes, done) FROM STDIN
"""


@dataclass(frozen=True)
class Person:
    """A person with a proven mailbox and a chosen agency."""

    number: int

    @property
    def key(self) -> str:
        return f"bench-{self.number}"

    @property
    def browser_id(self) -> str:
        return f"{self.number:048d}"

    @property
    def mailbox(self) -> str:
        return f"persona{self.number}@example.ec"

    def row(self, agency: int, now: str) -> tuple[object, ...]:
        who = (self.key, known_as(self.browser_id), now, cedula(self.number), self.mailbox, self.mailbox)
        return (*who, f"+5939{self.number:08d}", now, True, "17", 1, agency, False, 0, False, False, False)


class Crowd:
    """Makes people, never the same twice."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._next = _FIRST
        form = hmac.new(b"0" * 16, b"form", hashlib.sha256).hexdigest()
        signed = URLSafeTimedSerializer(site.environ["TURNERO_SECRET_KEY"], salt="wtf-csrf-token")
        self.form_token = str(signed.dumps(form))

    def people(self, count: int, agencies: Iterable[int] = (1,)) -> list[Person]:
        """So many people at step 7, at the agencies by turns."""
        made = [Person(number) for number in range(self._next, self._next + count)]
        self._next += count
        chosen = list(agencies)
        with self.site.database() as connection, connection.cursor() as cursor:
            (now,) = connection.execute("SELECT now() - interval '1 minute'").fetchone() or (None,)
            with cursor.copy(_JOURNEYS) as copy:
                for position, person in enumerate(made):
                    copy.write_row(person.row(chosen[position % len(chosen)], str(now)))
        return made

    def hold(self, person: Person, day: date, minute: int) -> bytes:
        """The request that holds a place."""
        hour = f"{day}T{minute // 60:02d}:{minute % 60:02d}"
        return self.post(person, "horario", hora=hour, acepta="si")

    def confirm(self, person: Person) -> bytes:
        return self.post(person, "confirmar")

    def post(self, person: Person, step: str, **fields: str) -> bytes:
        body = urlencode({"csrf_token": self.form_token, **fields}).encode()
        return _request("POST", f"/turno/{person.key}/{step}", person, body)

    def get(self, person: Person, step: str) -> bytes:
        return _request("GET", f"/turno/{person.key}/{step}", person)


def visit(path: str) -> bytes:
    """A page view of a new visitor."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{_address(next(_strangers))}\r\n".encode()


def _address(number: int) -> str:
    """The forwarded source address."""
    return f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}\r\n"


def _request(method: str, path: str, person: Person, body: bytes = b"") -> bytes:
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n" if body else ""
    who = f"Cookie: turnero={person.browser_id}\r\n{_address(person.number)}"
    return f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{who}{kind}\r\n".encode() + body
