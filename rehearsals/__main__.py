"""Run rehearsals at full size, one after another: ``python -m rehearsals [NAME …] [--OPTION …]`` (`make long`).

Without a name all of them run. Options are handed to the one that is named. What each prints goes to the terminal and
to build/long/NAME.log. Ends with 1 when one fails or does not end in time, with 2 for a name that is none.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer

from tests.support import ROOT

LOGS = ROOT / "build" / "long"
_PYTHON = (sys.executable, "-u", "-m")
_PYTEST = (*_PYTHON, "pytest", "-p", "no:randomly", "-s", "--timeout", "3600", "-o", "faulthandler_timeout=0")
_RACES = (
    "tests/booking/test_race.py",
    "tests/booking/closures/test_closing.py",
    "tests/booking/closures/test_closing_race.py",
    "tests/security/test_honest_crowd.py",
)
_GRACE_SECONDS = 30  # for a run that is interrupted to end its servers


@dataclass(frozen=True)
class Rehearsal:
    """A run: its size in words, its command, and in how many minutes it must have ended."""

    name: str
    size: str
    command: tuple[str, ...]
    minutes: float
    environ: Mapping[str, str] = field(default_factory=dict)


REHEARSALS = (
    Rehearsal(
        "race",
        "200 rounds, 300 people",
        (*_PYTEST, "-n", "2", "--dist", "worksteal", *_RACES),
        60,
        {"TURNERO_RACE_ROUNDS": "200", "TURNERO_RACE_CROWD": "300"},
    ),
    Rehearsal(
        "day",
        "120 people in browsers",
        (*_PYTEST, "tests/rehearsals/test_day.py"),
        30,
        {"TURNERO_DAY_PEOPLE": "120"},
    ),
    Rehearsal(
        "upgrade",
        "1,000,000 turns",
        (*_PYTEST, "tests/rehearsals/test_upgrade.py"),
        40,
        {"TURNERO_UPGRADE_TURNS": "1000000"},
    ),
    Rehearsal("chaos", "900 s of faults", (*_PYTHON, "rehearsals.chaos"), 30),
    Rehearsal(
        "fairness",
        "30 seeds",
        (*_PYTHON, "rehearsals.fairness", "--seeds", "30", "--folder", "docs/fairness"),
        30,
    ),
    Rehearsal("rush", "1,000 people for one place", (*_PYTHON, "rehearsals.rush", "--folder", "docs/performance"), 15),
    Rehearsal("sqlmap", "every form and address", (*_PYTHON, "rehearsals.sqlmap.scan"), 40),
    Rehearsal("bench", "all ratios", (*_PYTHON, "benchmarks", "bench", "--folder", "docs/performance"), 60),
    Rehearsal("quality", "every page", ("make", "quality"), 40),
)


@dataclass(frozen=True)
class Ending:
    """How a run ended, after how many seconds."""

    rehearsal: Rehearsal
    status: int
    seconds: float

    def row(self) -> str:
        result = "passed" if self.status == 0 else f"FAILED ({self.status})"
        one = self.rehearsal
        return f"| {one.name} | {one.size} | {result} | {self.seconds / 60:.1f} min |"


def run(one: Rehearsal, options: Sequence[str] = ()) -> Ending:
    """Run it to its end. When its minutes have passed it is interrupted with all its processes, and then killed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with (
        (LOGS / f"{one.name}.log").open("w") as log,
        subprocess.Popen(
            [*one.command, *options],
            cwd=ROOT,
            env=os.environ | one.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process,
        _ended_in_time(process, one.minutes * 60),
    ):
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            log.write(line)
        status = process.wait()
    return Ending(one, status, time.monotonic() - begun)


@contextmanager
def _ended_in_time(process: "subprocess.Popen[str]", seconds: float) -> Iterator[None]:
    """Interrupt the process and those it began after so many seconds, and kill them some later; also when we end."""
    interrupting = Timer(seconds, _signal_all, (process, signal.SIGINT))
    killing = Timer(seconds + _GRACE_SECONDS, _signal_all, (process, signal.SIGKILL))
    for timer in (interrupting, killing):
        timer.start()
    try:
        yield
    finally:
        for timer in (interrupting, killing):
            timer.cancel()
        if process.poll() is None:
            _signal_all(process, signal.SIGINT)


def _signal_all(process: "subprocess.Popen[str]", number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def main(arguments: Sequence[str]) -> int:
    options = [argument for argument in arguments if argument.startswith("-")]  # --name=value
    names = [argument for argument in arguments if argument not in options]
    known = {one.name: one for one in REHEARSALS}
    if unknown := set(names) - known.keys():
        print(f"No rehearsal is called {', '.join(sorted(unknown))}: there are {', '.join(known)}.", file=sys.stderr)
        return 2
    if options and len(names) != 1:
        print(f"Options ({' '.join(options)}) belong to one rehearsal: name it.", file=sys.stderr)
        return 2
    endings = []
    for one in [known[name] for name in names] or REHEARSALS:
        print(f"== {one.name}: {one.size}", flush=True)
        endings.append(run(one, options))
    print("\n| rehearsal | size | result | took |\n|---|---|---|---|")
    print(*(ending.row() for ending in endings), sep="\n", flush=True)
    return 1 if any(ending.status for ending in endings) else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: no server outlives a run
    sys.exit(main(sys.argv[1:]))
