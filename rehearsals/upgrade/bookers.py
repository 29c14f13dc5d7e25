"""Citizens who book whole journeys over HTTP, alternating between servers, until stopped."""

import http.client
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import count
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

import psycopg

from tests.support.rows.journeys import cedula
from turnero.verify.code import code_of

PATIENCE_SECONDS = 30
_PEOPLE = 900_000  # first number: not used by the filled database


class Broken(Exception):
    """An answer that ends the journey: an error, or not the step it should lead to."""


@dataclass(frozen=True)
class Answer:
    """An answer; ``status`` 0: none. ``phase``: of the upgrade at the time of the request."""

    phase: str
    page: str
    status: int
    seconds: float


@dataclass
class Bookers:
    """``ports``: of the servers, used alternately; ``place(number)``: agency and hour of a person.

    ``shown``: the tokens of the turns that their people saw confirmed.
    """

    ports: list[int]
    database: str
    code_key: str
    place: Callable[[int], tuple[str, str]]
    phase: str = "before"
    answers: list[Answer] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    ended: Event = field(default_factory=Event)
    threads: list[Thread] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    rounds: Iterator[int] = field(default_factory=count)

    @contextmanager
    def at_work(self, people: int = 4) -> Iterator[None]:
        """So many at once; each begins again when a journey ends, in a turn or not."""
        self.threads = [Thread(target=self._book_on, name=f"booker {number}") for number in range(people)]
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.end()

    def end(self) -> None:
        """Let everybody finish the journey they are on."""
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def worst(self, *phases: str) -> float:
        """The longest request of these phases (all unless named), in seconds."""
        return max((a.seconds for a in self.answers if not phases or a.phase in phases), default=0)

    def failed(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.status == 0 or answer.status >= 500]

    def wait_for(self, enough: Callable[[], bool]) -> None:
        """Let them work until ``enough``; two minutes at most."""
        until = time.monotonic() + 120
        while not enough():
            assert time.monotonic() < until, (self.broken[-3:], self.answers[-3:])
            time.sleep(0.02)  # their threads give no signal

    def _book_on(self) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            while not self.ended.is_set():
                try:
                    self.shown.append(Journey(self, connection, next(self.numbers)).walk())
                except Broken as error:
                    self.broken.append(str(error))


@dataclass
class Journey:
    """One person's way to a turn, by the names that the contract fixes, with a browser of their own."""

    of: Bookers
    connection: psycopg.Connection[Any]
    number: int
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def walk(self) -> str:
        """The token of the turn's page, once that was shown. Raises Broken."""
        agency, hour = self.of.place(self.number)
        mail, mobile = f"persona{self.number}@example.ec", f"0981{self.number:06}"
        address = self.post("/turno", "contacto", cedula=cedula(_PEOPLE + self.number))
        key = address.split("/")[2]
        self.post(address, "verificar", correo=mail, celular=mobile)
        self.post(f"/turno/{key}/verificar", "lugar", codigo=self.code(key))
        place = {"provincia": "17", "tramite": "notificacion-de-glosas", "agencia": agency}
        self.post(f"/turno/{key}/lugar", "horario", **place)
        self.post(f"/turno/{key}/horario?dia={hour[:10]}", "confirmar", hora=hour, acepta="si")
        link = self.post(f"/turno/{key}/confirmar", "mi-turno")
        if "Confirmación del Turno en Línea" not in self.ask("GET", link)[1]:
            raise Broken(f"{link} shows no turn")
        return link.removeprefix("/mi-turno/")

    def post(self, address: str, leads_to: str, **fields: str) -> str:
        """Read the page, send its form; where that leads."""
        page = self.ask("GET", address)[1]
        token = re.search(r'name="?csrf_token"?[^>]*value="?([^">\s]+)', page)
        if not token:
            raise Broken(f"{address}: no form")
        location, page = self.ask("POST", address.partition("?")[0], fields | {"csrf_token": token[1]})
        if leads_to not in location:
            raise Broken(f"{address} led to {location!r}, not to {leads_to}")
        return location

    def ask(self, method: str, address: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
        """Where an answer leads and its page; its time is noted."""
        port = self.of.ports[next(self.of.rounds) % len(self.of.ports)]
        phase, begun, status, location, page = self.of.phase, time.monotonic(), 0, "", ""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        headers = {"Cookie": cookie} | ({"Content-Type": "application/x-www-form-urlencoded"} if fields else {})
        try:
            connection.request(method, address, urlencode(fields) if fields else None, headers)
            response = connection.getresponse()
            page = response.read().decode()
            status, location = response.status, response.headers.get("Location", "")
            for line in response.headers.get_all("Set-Cookie", []):
                self.cookies.load(line)
        except OSError as error:
            page = repr(error)
        finally:
            connection.close()
            self.of.answers.append(Answer(phase, address.rsplit("/", 1)[-1], status, time.monotonic() - begun))
        if status not in (200, 303):
            raise Broken(f"{method} {address} answered {status} {page[:200]}")
        return location, page

    def code(self, key: str) -> str:
        """The six digits that the journey's mail would bring."""
        newest = "SELECT nonce FROM challenges WHERE journey = %s ORDER BY id DESC LIMIT 1"
        row = self.connection.execute(newest, [key]).fetchone()
        assert row is not None
        return code_of(self.of.code_key, row[0])
