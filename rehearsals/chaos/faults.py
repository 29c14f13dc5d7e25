"""Faults: each begins, lasts some seconds, and is undone."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rehearsals.chaos.managed import Managed
from rehearsals.chaos.stack import CATALOGUE, Stack
from tests.support.machine.faketime import environment_ahead
from tests.support.servers import postgres

Undo = Callable[[], object]
Begin = Callable[[Stack, random.Random], Undo]


@dataclass(frozen=True)
class Fault:
    """``begin`` causes the fault and returns its undo for after ``seconds``; ``doubles``: mails that may arrive twice.

    Between the server's word and our own note of it lies a moment: who dies there cannot know, and sends again.
    """

    name: str
    begin: Begin
    seconds: float
    doubles: int = 0


def _nothing() -> None:
    """Nothing to undo: the keeper has restarted it."""


def _kill_worker(stack: Stack, dice: random.Random) -> Undo:
    dice.choice(stack.web).kill_worker()
    return _nothing


def _kill_master(stack: Stack, dice: random.Random) -> Undo:
    dice.choice(stack.web).kill_master()
    return _nothing


def _kill_jobs(stack: Stack, _dice: random.Random) -> Undo:
    leader(stack).kill_master()
    return _nothing


def _asleep(process: Managed) -> Undo:
    process.signal(signal.SIGSTOP)
    return lambda: process.signal(signal.SIGCONT)


def _stop_replica(stack: Stack, dice: random.Random) -> Undo:
    return _asleep(dice.choice(stack.web))


def _stop_leader(stack: Stack, _dice: random.Random) -> Undo:
    return _asleep(leader(stack))


def _stop_leader_in_a_batch(stack: Stack, _dice: random.Random) -> Undo:
    """The leader sleeps with many mails in its hands, for longer than their lease: the other one sends them.

    It falls asleep while the server takes the first, and finds the line open when it wakes.
    """
    for process in stack.jobs:
        process.signal(signal.SIGSTOP)
    time.sleep(5)  # some mails gather; with more the codes alone would fill a batch
    stack.post.become("slow")
    first = leader(stack)
    first.signal(signal.SIGCONT)
    stack.post.waiting.wait(10)
    wake = _asleep(first)
    stack.post.become("well")
    for process in stack.jobs:
        if process is not first:
            process.signal(signal.SIGCONT)
    return wake


def _restart_database(stack: Stack, _dice: random.Random) -> Undo:
    postgres.restart(stack.database)
    return _nothing


def _end_connections(stack: Stack, _dice: random.Random) -> Undo:
    stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    return _nothing


def _mail(mood: str) -> Begin:
    def begin(stack: Stack, _dice: random.Random) -> Undo:
        stack.post.become(mood)
        return lambda: stack.post.become("well")

    return begin


def _wrong_clock(stack: Stack, dice: random.Random) -> Undo:
    """Shift a replica's clock by ten minutes either way; a restart corrects it."""
    replica = dice.choice(stack.web)
    minutes = timedelta(minutes=dice.choice((-10, 10)))
    replica.extra = environment_ahead(minutes, stack.folder, stack.environ["PYTHONPATH"])
    replica.stop()
    replica.start()

    def right() -> None:
        replica.extra = {}
        replica.stop()
        replica.start()

    return right


def _lose_answers(stack: Stack, _dice: random.Random) -> Undo:
    stack.wire.lose_next_commits(4)
    return lambda: stack.wire.lose_next_commits(0)


def _full_disk(stack: Stack, _dice: random.Random) -> Undo:
    postgres.limit_files(stack.database, "65536")

    def space_again() -> None:
        postgres.limit_files(stack.database, "unlimited")
        postgres.restart(stack.database)  # it ends by itself when it cannot write its log

    return space_again


def _cut_windows(stack: Stack, dice: random.Random) -> Undo:
    """Two of an agency's three windows stay shut on a day people have turns for."""
    slug = dice.choice(("centro", "sur"))
    day = _next_workday()
    few = CATALOGUE.read_text().replace(
        f"{{slug: {slug}, ", f"{{slug: {slug}, days: [{{date: {day}, line: cartera, windows: 1}}], "
    )
    _load(stack, "few.yaml", few)
    return lambda: _load(stack, "all.yaml", few.replace("windows: 1}", "windows: 3}"))


def _close_agency(stack: Stack, dice: random.Random) -> Undo:
    slug = dice.choice(("norte", "centro", "sur"))
    day = _next_workday(dice.choice((1, 2)))
    hours = ("--from", f"{day}T08:00", "--to", f"{day}T12:00", "--reason", "Corte de luz", "--kind", "contingency")
    stack.turnero("close", "--agency", slug, *hours)
    return _nothing


def _rolling_restart(stack: Stack, _dice: random.Random) -> Undo:
    for replica in stack.web:
        replica.stop()
        replica.start()
        stack.wait_until_ready(replica)
    return _nothing


FAULTS = (
    Fault("worker killed", _kill_worker, 0),
    Fault("replica killed", _kill_master, 0),
    Fault("leading jobs process killed", _kill_jobs, 0, doubles=1),
    Fault("replica asleep", _stop_replica, 15),
    Fault("leader asleep for longer than its lease", _stop_leader, 25, doubles=1),
    Fault("database restarted at once", _restart_database, 0, doubles=1),
    Fault("all connections ended", _end_connections, 0, doubles=1),
    Fault("mail refused", _mail("refused"), 15),
    Fault("mail answers 421", _mail("421"), 15),
    Fault("mail server silent", _mail("silent"), 15),
    Fault("mail cut after DATA", _mail("cut"), 10),
    Fault("mail refuses half the addresses", _mail("550"), 10),
    Fault("clock of a replica ten minutes off", _wrong_clock, 15),
    Fault("answers to COMMIT lost", _lose_answers, 10),
    Fault("disk full", _full_disk, 4, doubles=1),
    Fault("windows cut", _cut_windows, 15),
    Fault("agency closed", _close_agency, 0),
    Fault("rolling restart", _rolling_restart, 0),
)
# Only in a long run: it alone takes more than a minute.
LONG = Fault("leader asleep with mails in its hands", _stop_leader_in_a_batch, 75, doubles=1)


def leader(stack: Stack) -> Managed:
    """The jobs process that last logged that it leads."""

    def fence(process: Managed) -> int:
        with suppress(FileNotFoundError):
            for line in reversed(process.log.read_text(errors="replace").splitlines()):
                with suppress(json.JSONDecodeError):
                    told = json.loads(line)
                    if isinstance(told, dict) and told.get("event") == "leader_changed":
                        return int(told["fence"])
        return 0

    return max(stack.jobs, key=fence)


def _next_workday(ahead: int = 1) -> date:
    day = date.today() + timedelta(days=ahead)  # noqa: DTZ011 (the machine's day will do)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def _load(stack: Stack, name: str, text: str) -> None:
    path = Path(stack.folder) / name
    path.write_text(text)
    with suppress(subprocess.TimeoutExpired):
        stack.turnero("catalogue", "load", str(path))
