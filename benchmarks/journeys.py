"""Whole journeys with mails at a given rate, from the cédula to the confirmation page."""

import asyncio
import itertools
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from benchmarks.load import Answer, Connection, Load, connection, run
from benchmarks.people import Crowd, Person
from benchmarks.ratios import OPENS, SLOT, WINDOWS
from benchmarks.site import Site, day_ahead
from rehearsals.chaos.post import CODE_SUBJECT
from tests.support.rows.journeys import cedula
from tests.support.servers.processes import PROGRAM

_LOCATION = re.compile(rb"(?i)\r\nlocation: (\S+)")
_COOKIE = re.compile(rb"(?i)\r\nset-cookie: turnero=([^;]+)")
_AGENCIES = 20
# A person without code or answer gives up after this long and is counted.
_PATIENCE_SECONDS = 60


@dataclass
class Journeys:
    """Outcomes of the journeys. Seconds by the machine's clock."""

    came: int = 0
    turns: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # from the cédula to the turn
    code_mails: list[float] = field(default_factory=list)  # from asking for the code to its mail
    confirmations: list[float] = field(default_factory=list)  # from Confirmar to its mail
    answers: Load = field(default_factory=Load)
    asked_again: int = 0  # newcomers who waited at the waiting page
    broken: Counter[str] = field(default_factory=Counter)


class GaveUp(Exception):
    """An abandoned journey; the text says where."""


class Inbox:
    """Received mails, for the journeys that wait for them."""

    def __init__(self, site: Site) -> None:
        self._arrivals = site.post.arrivals
        self._read = 0
        self._codes: dict[str, asyncio.Future[str]] = {}
        self.at: dict[tuple[str, bool], float] = {}  # by recipient, and whether it is a code

    async def watch(self) -> None:
        """Distribute received mails until cancelled."""
        while True:
            new = self._arrivals[self._read :]
            self._read += len(new)
            for mail in new:
                self.at.setdefault((mail.recipient, mail.subject == CODE_SUBJECT), mail.at)
                waiting = self._codes.get(mail.recipient)
                if mail.code and waiting and not waiting.done():
                    waiting.set_result(mail.code)
            await asyncio.sleep(0.02)  # the mail server's thread gives no signal

    async def code_for(self, recipient: str) -> str:
        self._codes[recipient] = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(self._codes[recipient], _PATIENCE_SECONDS)


def at_rate(site: Site, crowd: Crowd, rate: float, seconds: float) -> Journeys:
    """``rate`` people a second begin for so long, whether or not those before them are done."""
    found, inbox, free = Journeys(), Inbox(site), _places()
    with site.process(sys.executable, "-c", PROGRAM, "jobs"):
        run(_come(found, Visit(site, crowd, inbox, free), rate, seconds))
    return found


@dataclass
class Visit:
    """Common behaviour of visitors."""

    site: Site
    crowd: Crowd
    inbox: Inbox
    free: Iterator[tuple[date, int, int]]

    async def walk(self, person: Person, found: Journeys) -> None:
        began = time.time()
        async with connection(self.site.port) as line:
            walker = Walker(person, line, self.crowd, found)
            await walker.post("/turno", cedula=cedula(person.number))
            asked = time.time()
            await walker.post("contacto", correo=person.mailbox, celular=f"099{person.number:07d}")
            code = await self.inbox.code_for(person.mailbox)
            found.code_mails.append(self.inbox.at[person.mailbox, True] - asked)
            await walker.post("verificar", codigo=code)
            day, minute, agency = next(self.free)
            place = {"provincia": "17", "tramite": "notificacion-de-glosas"}
            await walker.get("lugar")
            await walker.post("lugar", **place, agencia=f"agencia-{agency}")
            await walker.get("horario")
            await walker.get(f"horario?dia={day}")
            await walker.post("horario", hora=f"{day}T{minute // 60:02}:{minute % 60:02}", acepta="si")
            await walker.get("confirmar")
            await walker.post("confirmar")
            found.turns.append(time.time())
            found.seconds.append(found.turns[-1] - began)
            await self._confirmed(person, found)

    async def _confirmed(self, person: Person, found: Journeys) -> None:
        since = found.turns[-1]
        for _ in range(_PATIENCE_SECONDS * 10):
            if (person.mailbox, False) in self.inbox.at:
                found.confirmations.append(self.inbox.at[person.mailbox, False] - since)
                return
            await asyncio.sleep(0.1)
        raise GaveUp("confirmation mail")


class Walker:
    """One person's requests; the cookie changes with the proof, the form token stays."""

    def __init__(self, person: Person, line: Connection, crowd: Crowd, found: Journeys) -> None:
        self._person, self._line, self._crowd, self._found = person, line, crowd, found
        self._cookie = person.browser_id.encode()
        self._journey = ""

    async def get(self, step: str) -> None:
        await self._ask(self._crowd.get(self._person, step), step, 200)

    async def post(self, step: str, **fields: str) -> None:
        answer = await self._ask(self._crowd.post(self._person, step, **fields), step, 303)
        where = _LOCATION.search(answer.head)
        if not self._journey and where:
            self._journey = where[1].decode().rpartition("/")[0]

    async def _ask(self, request: bytes, step: str, wanted: int) -> Answer:
        mine = request.replace(self._person.browser_id.encode(), self._cookie, 1)
        method, _, rest = mine.partition(b" ")
        address = step if step.startswith("/") else f"{self._journey}/{step}"
        asked = method + b" " + address.encode() + rest[rest.index(b" HTTP/") :]
        answer = await self._line.ask(asked)
        while answer.again is not None:
            self._found.asked_again += 1
            await asyncio.sleep(answer.again)
            answer = await self._line.ask(asked)
        self._found.answers.answers.append(answer)
        if renewed := _COOKIE.search(answer.head):
            self._cookie = renewed[1]
        if answer.status != wanted:
            raise GaveUp(f"{step.partition('?')[0]} {answer.status}")
        return answer


async def _come(found: Journeys, visit: Visit, rate: float, seconds: float) -> None:
    async def one(person: Person) -> None:
        try:
            await visit.walk(person, found)
        except (GaveUp, TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            found.broken[str(error) or type(error).__name__] += 1

    watching = asyncio.create_task(visit.inbox.watch())
    coming: list[asyncio.Task[None]] = []
    began = time.monotonic()
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        found.came += 1
        coming.append(asyncio.create_task(one(Person(2_000_000 + number))))
    await asyncio.wait(coming, timeout=2 * _PATIENCE_SECONDS)
    watching.cancel()


def _places() -> Iterator[tuple[date, int, int]]:
    """Day, minute and agency: no more people for each than it has windows."""
    for ahead, hour in itertools.product(range(3, 25), list(range(27)) * WINDOWS):
        for agency in range(1, _AGENCIES + 1):
            yield day_ahead(ahead), OPENS + SLOT * hour, agency
