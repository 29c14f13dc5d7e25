"""One run: citizens walk, every so many seconds something breaks, and in the end the books are compared."""

import os
import platform
import random
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from config import Settings
from rehearsals.chaos.citizens import Citizen, Log
from rehearsals.chaos.faults import FAULTS, LONG, Fault, Undo
from rehearsals.chaos.stack import JOBS, REPLICAS, Stack, running
from rehearsals.chaos.verdict import Begun, Verdict, judge
from tests.support import ROOT
from tests.support.servers import postgres
from turnero import create_app
from turnero.core.extensions import db
from turnero.notices.models import Notice

_CALM = 12.0
_DRAIN_SECONDS = 120


@dataclass(frozen=True)
class Report:
    """The result of a run; ``text()`` in Markdown."""

    seed: int
    seconds: int
    faults: list[Begun]
    verdict: Verdict

    def text(self, mutant: str | None = None) -> str:
        made = f"PostgreSQL {postgres.version()}, Python {platform.python_version()}"
        machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
        lines = [
            f"seed {self.seed} · {self.seconds} s · {made} · {machine}" + (f" · mutant {mutant}" if mutant else "")
        ]
        lines += ["", "| what | figure |", "|---|---|"]
        lines += [f"| {name} | {figure} |" for name, figure in self.verdict.figures.items()]
        lines += ["", "Faults: " + ", ".join(fault.name for fault in self.faults) + ".", ""]
        lines += [f"- VIOLATION {violation}" for violation in self.verdict.violations[:20]]
        found = len(self.verdict.violations)
        return "\n".join([*lines, f"{found} violations." if found else "Every promise was kept."])


def chaos(
    folder: Path,
    *,
    seed: int,
    seconds: int,
    every: int = 20,
    citizens: int = 30,
    only: str = "",
    root: Path = ROOT,
    calm: float = _CALM,
    turns: int = 0,
    replicas: int = REPLICAS,
    jobs: int = JOBS,
) -> Report:
    """Run for ``seconds`` with a fault ``every`` so many, in the order of ``seed``; ``folder`` keeps the logs.

    The citizens are alone for half of ``calm`` seconds before the first fault, and for all of them after the last;
    on a slow machine longer, until so many more ``turns`` have been shown each time.
    """
    dice = random.Random(seed)  # noqa: S311 (a run that can be repeated)
    log, begun = Log(), list[Begun]()
    with running(folder, root, replicas, jobs) as stack:
        people = [Citizen(stack.url, stack.post, log, seed * 100 + number) for number in range(citizens)]
        for one in people:
            one.start()
        _let_alone(log, calm / 2, turns)
        _break(stack, dice, _deck(dice, seconds // every, only, every), begun, every)
        _let_alone(log, calm, turns)
        for one in people:
            one.stop.set()
        for one in people:
            one.join(60)
        settings = Settings.from_environ(stack.environ | {"TURNERO_LOG": "text"})
        app = create_app(settings)
        _an_hour_later(stack)
        with app.app_context():
            _wait_for_outbox()
            report = Report(seed, seconds, begun, judge(app, stack, log, begun))
            db.session.remove()
            db.engine.dispose()
        return report


def _let_alone(log: Log, seconds: float, turns: int) -> None:
    wanted, patience = len(log.shown) + turns, time.monotonic() + _DRAIN_SECONDS
    time.sleep(seconds)
    while len(log.shown) < wanted and time.monotonic() < patience:
        time.sleep(0.2)  # the citizens' threads give no other sign


def _deck(dice: random.Random, number: int, only: str, every: int) -> list[Fault]:
    """Every fault once before any comes again."""
    there = [fault for fault in (*FAULTS, *([LONG] if number * every >= 600 or only else [])) if only in fault.name]
    deck: list[Fault] = []
    while len(deck) < number:
        deck += dice.sample(there, len(there))
    return deck[:number]


def _break(stack: Stack, dice: random.Random, deck: list[Fault], begun: list[Begun], every: int) -> None:
    pending: dict[float, Undo] = {}
    start = time.monotonic()
    for number, fault in enumerate(deck):
        until = start + number * every
        while (left := until - time.monotonic()) > 0:
            _mend(pending)
            time.sleep(min(left, 0.2))
        at = time.time()
        try:
            pending[time.monotonic() + fault.seconds] = fault.begin(stack, dice)
            stack.excused_doubles += fault.doubles
        except Exception as error:  # noqa: BLE001 (whatever it is, the run tells it)
            begun.append(Begun(fault.name, at, f"{type(error).__name__}: {error}"))
        else:
            begun.append(Begun(fault.name, at))
    while pending:
        _mend(pending)
        time.sleep(0.2)


def _mend(pending: dict[float, Undo]) -> None:
    for due in [due for due in pending if due <= time.monotonic()]:
        pending.pop(due)()


def _an_hour_later(stack: Stack) -> None:
    """Advance the clock by an hour: retries are due, codes expired, holds lapsed."""
    stack.sql("UPDATE clock SET offset_seconds = offset_seconds + 3600")


def _wait_for_outbox() -> None:
    until = time.monotonic() + _DRAIN_SECONDS
    owed = select(func.count()).select_from(Notice).where(Notice.status.in_(("waiting", "sending")))
    while db.session.scalar(owed) and time.monotonic() < until:
        db.session.rollback()
        time.sleep(0.5)  # the jobs processes give no other sign
    db.session.rollback()
