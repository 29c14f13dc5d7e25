"""Remove each guard once and see its test fail: ``python -m tests.support.tools.mutants [WORD …]`` (`make mutants`).

tests/mutants.csv says which text of which file is replaced by which, and the test that must notice. Nothing is changed
here: as many workbenches as there are cores each have a copy of the tree, and a database server that serves all their
runs. A WORD limits the run to the rows whose requirement, guard or file has it.
"""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.support import ROOT
from tests.support.servers import postgres

LIST = ROOT / "tests" / "mutants.csv"
SECONDS = 300
# Where a guard of these is missing, a database migrated with it is another.
_SHAPE_DATABASES = ("migrations/", "turnero/operations/schema.py", "deploy/postgres/")
# The last line of pytest. A test that breaks before it begins has noticed nothing.
_FAILED = re.compile(r"\b\d+ failed\b")
_PASSED = re.compile(r"\b\d+ passed\b")
_PYTEST = ("-m", "pytest", "-n0", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--tb=no", "--timeout", "120")


@dataclass(frozen=True)
class Mutant:
    """A guard taken away: ``old`` in ``file`` becomes ``new``, and ``test`` must fail on ``engine``."""

    requirement: str
    guard: str
    file: str
    old: str
    new: str
    test: str
    engine: str

    def count(self, root: Path) -> int:
        """How often the old text is in its file."""
        path = root / self.file
        return path.read_text().count(self.old) if path.is_file() else 0


def listed(path: Path = LIST) -> list[Mutant]:
    with path.open(newline="") as file:
        return [Mutant(**row) for row in csv.DictReader(file)]


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the files of the repository, committed or about to be."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    with tempfile.TemporaryDirectory(prefix="turnero-mutants-") as folder:
        for name in names:
            if name and (ROOT / name).is_file():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, Path(folder) / name)
        yield Path(folder)


@dataclass(frozen=True)
class Workbench:
    """Where mutants are tried one after another: a copy of the tree, and a folder of servers and migrated databases."""

    root: Path
    servers: Path

    def run(self, tests: Iterable[str], engine: str, *, fresh: bool = False, seconds: int = SECONDS) -> tuple[int, str]:
        """As ``run`` in this workbench's tree; ``fresh`` if the guard may change the migrated schema."""
        with temporary_folder() if fresh else nullcontext(self.servers) as servers:
            try:
                return run(self.root, tests, engine, servers=servers, seconds=seconds)
            finally:
                if fresh:
                    postgres.stop(servers / "postgres")


@contextmanager
def workbenches(number: int) -> Iterator[list[Workbench]]:
    with ExitStack() as stack:
        made = []
        for _ in range(number):
            servers = stack.enter_context(temporary_folder())
            stack.callback(postgres.stop, servers / "postgres")
            made.append(Workbench(stack.enter_context(copied()), servers))
        yield made


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """One that the database's user may enter."""
    with tempfile.TemporaryDirectory(prefix="turnero-mutants-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def without(mutant: Mutant, root: Path) -> Iterator[None]:
    """The tree at ``root`` without the guard; put back afterwards."""
    path = root / mutant.file
    right = path.read_text()
    path.write_text(right.replace(mutant.old, mutant.new))
    try:
        yield
    finally:
        path.write_text(right)


def run(root: Path, tests: Iterable[str], engine: str, *, servers: Path, seconds: int = SECONDS) -> tuple[int, str]:
    """Run ``tests`` of the tree at ``root`` with the servers under ``servers``; pytest's status and its last line."""
    environment = os.environ | {
        "TURNERO_TEST_RUN": str(servers),
        "TURNERO_TEST_DATABASES": engine,
        "PYTHONPATH": str(root),
        # Two mutants of one file may have the same size and second: a kept compilation would be the other's.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, *_PYTEST, *tests]
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return 1, "1 failed: no end"
    said = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return done.returncode, said[-1] if said else ""


def verdict(mutant: Mutant, workbench: Workbench) -> str:
    """``red`` as expected, or the problem: the text does not occur exactly once, or the test passed."""
    if (times := mutant.count(workbench.root)) != 1:
        return f"old text found {times} times"
    with without(mutant, workbench.root):
        status, last = workbench.run([mutant.test], mutant.engine, fresh=mutant.file.startswith(_SHAPE_DATABASES))
    if status == 0 and _PASSED.search(last):
        return "SURVIVED"
    return "red" if status == 1 and _FAILED.search(last) else f"no verdict: {last}"


def faults_untouched(mutants: Sequence[Mutant], workbench: Workbench) -> list[str]:
    """Failures before any change: all tests must run and pass, on each engine in one run."""
    by_engine: dict[str, set[str]] = {}
    for mutant in mutants:
        by_engine.setdefault(mutant.engine, set()).add(mutant.test)
    ends = {engine: workbench.run(sorted(tests), engine, seconds=1800) for engine, tests in by_engine.items()}
    return [f"{engine}: {last}" for engine, (status, last) in ends.items() if status or "skipped" in last]


def try_all(chosen: Sequence[Mutant], made: Sequence[Workbench]) -> int:
    """Print a row for each mutant, in the order of the list; how many were not noticed."""
    free: Queue[Workbench] = Queue()
    for workbench in made:
        free.put(workbench)

    def tried(mutant: Mutant) -> str:
        workbench = free.get()
        try:
            return verdict(mutant, workbench)
        finally:
            free.put(workbench)

    wrong = 0
    with ThreadPoolExecutor(len(made)) as pool:
        for mutant, found in zip(chosen, pool.map(tried, chosen), strict=True):
            wrong += found != "red"
            name = mutant.test.removeprefix("tests/")
            print(f"| {mutant.requirement} | {mutant.guard} | {name} | {found} |", flush=True)
    return wrong


def main(words: list[str]) -> int:
    chosen = [
        mutant
        for mutant in listed()
        if not words or any(word in (mutant.requirement, mutant.file) or word in mutant.guard for word in words)
    ]
    if not chosen:
        print("No mutant has that word.")
        return 1
    begun = time.monotonic()
    with workbenches(os.cpu_count() or 1) as made:
        with ThreadPoolExecutor(len(made)) as pool:
            shares = [chosen[number :: len(made)] for number in range(len(made))]
            faults = [fault for found in pool.map(faults_untouched, shares, made) for fault in found]
        if faults:
            print("The tests fail before anything is changed:", *faults, sep="\n")
            return 1
        print("| row | guard removed | test that goes red | result |\n|---|---|---|---|", flush=True)
        wrong = try_all(chosen, made)
    minutes = (time.monotonic() - begun) / 60
    print(f"\n{len(chosen)} guards removed in {minutes:.0f} minutes: {len(chosen) - wrong} noticed, {wrong} not.")
    return 1 if wrong else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the servers must not outlive us
    sys.exit(main(sys.argv[1:]))
