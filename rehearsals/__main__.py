"""``python -m rehearsals [NAME …]``: the full-size runs one after another, and a table of them (`make long`).

What each prints goes to the terminal and to build/long/NAME.log. Ends with 1 when one fails or does not end in time.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Timer

from tests.support import ROOT

LOGS = ROOT / "build" / "long"
_PYTEST = ("-m", "pytest", "-p", "no:randomly", "-s", "--timeout", "3600", "-o", "faulthandler_timeout=0")


@dataclass(frozen=True)
class Rehearsal:
    """A run: its size in words, the arguments of Python that begin it, and in how many minutes it must have ended."""

    name: str
    size: str
    command: tuple[str, ...]
    minutes: int
    environ: Mapping[str, str] = field(default_factory=dict)


REHEARSALS = (
    Rehearsal(
        "race",
        "200 rounds, 300 people",
        (
            *_PYTEST,
            *("-n", "2", "--dist", "worksteal"),
            *(f"tests/booking/test_{name}.py" for name in ("race", "closing", "closing_race")),
            "tests/security/test_honest_crowd.py",
        ),
        60,
        {"TURNERO_RACE_ROUNDS": "200", "TURNERO_RACE_CROWD": "300"},
    ),
    Rehearsal(
        "day", "120 people in browsers", (*_PYTEST, "tests/rehearsals/test_day.py"), 30, {"TURNERO_DAY_PEOPLE": "120"}
    ),
    Rehearsal(
        "upgrade",
        "1,000,000 turns",
        (*_PYTEST, "tests/rehearsals/test_upgrade.py"),
        40,
        {"TURNERO_UPGRADE_TURNS": "1000000"},
    ),
    Rehearsal("chaos", "900 s of faults", ("-m", "rehearsals.chaos"), 30),
    Rehearsal("fairness", "30 seeds", ("-m", "rehearsals.fairness", "--seeds", "30", "--folder", "docs/fairness"), 30),
    Rehearsal("rush", "1,000 people for one place", ("-m", "rehearsals.rush", "--folder", "docs/performance"), 15),
    Rehearsal("sqlmap", "every form and address", ("-m", "rehearsals.sqlmap.scan"), 40),
    Rehearsal("bench", "all ratios", ("-m", "benchmarks", "bench", "--folder", "docs/performance"), 60),
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


def run(one: Rehearsal) -> Ending:
    """Run it to its end, or kill it when its minutes have passed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with (LOGS / f"{one.name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", *one.command],
            cwd=ROOT,
            env=os.environ | one.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        deadline = Timer(one.minutes * 60, process.kill)
        deadline.start()
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            log.write(line)
        status = process.wait()
        deadline.cancel()
    return Ending(one, status, time.monotonic() - begun)


def main(names: Sequence[str]) -> int:
    known = {one.name: one for one in REHEARSALS}
    if unknown := set(names) - known.keys():
        print(f"No rehearsal is called {', '.join(sorted(unknown))}: there are {', '.join(known)}.", file=sys.stderr)
        return 2
    endings = []
    for one in [known[name] for name in names] or REHEARSALS:
        print(f"== {one.name}: {one.size}", flush=True)
        endings.append(run(one))
    print("\n| rehearsal | size | result | took |\n|---|---|---|---|")
    print(*(ending.row() for ending in endings), sep="\n", flush=True)
    return 1 if any(ending.status for ending in endings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
