"""Memory of a worker: at start and after a hundred thousand requests. Linux only (``/proc``)."""

import itertools
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load import Load, closed_loop
from benchmarks.people import Crowd, visit
from benchmarks.ratios import checked, places
from benchmarks.site import Site, day_ahead

_RESIDENT = re.compile(r"VmRSS:\s+(\d+) kB")
_BATCH = 2500
_PEOPLE = 25
_MAX_WAITING = 50  # of a batch


@dataclass
class Memory:
    """``cold``: seconds from the start of the worker to the first answer."""

    cold: float = 0.0
    megabytes: list[tuple[int, float]] = field(default_factory=list)  # number of requests


def of_a_worker(site: Site, crowd: Crowd, requests: int) -> Memory:
    """Pages of all kinds and bookings, to one worker."""
    found, free, batch = Memory(), places(5), min(_BATCH, requests // 2)
    with site.serving(workers=1) as process:
        found.cold = _age(_worker_of(process.pid))
        looks = (visit("/"), visit("/agencias?provincia=17"), visit("/tramites"), visit("/ayuda"))
        inside = ("horario", f"horario?dia={day_ahead(4)}")
        done = 0
        while done < requests:
            # New people each time: one browser alone would be asked to come again later.
            pages = [crowd.get(one, page) for one in crowd.people(_PEOPLE) for page in inside]
            mixed = itertools.cycle((*looks, *pages))
            _answered(closed_loop(site.port, itertools.islice(mixed, batch)))
            checked(closed_loop(site.port, [crowd.hold(one, *next(free)[:2]) for one in crowd.people(20)]), 303)
            done += batch
            found.megabytes.append((done, _megabytes(_worker_of(process.pid))))
    return found


def _answered(load: Load) -> None:
    """Raises WrongAnswer unless all are pages; where the machine stalls a few may be the waiting page."""
    waiting = load.statuses[503]
    if load.statuses[200] + waiting != sum(load.statuses.values()) or waiting > _MAX_WAITING:
        checked(load, 200)


def _worker_of(parent: int) -> int:
    """The child process with threads; the other is the resource tracker."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max(map(int, children), key=lambda pid: len(list(Path(f"/proc/{pid}/task").iterdir())))


def _age(pid: int) -> float:
    """Seconds since a process began."""
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    resident = _RESIDENT.search(Path(f"/proc/{pid}/status").read_text())
    assert resident
    return int(resident[1]) / 1024
