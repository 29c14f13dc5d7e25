"""Remove each guard once and see its test fail: ``python -m tests.support.tools.mutants [WORD …]`` (`make mutants`).

tests/mutants.csv says which text of which file is replaced by which, and the test that must notice. Nothing is changed
here: the work is done on a copy of the tree. A WORD limits the run to the rows whose requirement, guard or file has it.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT

LIST = ROOT / "tests" / "mutants.csv"
SECONDS = 300
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


def run(root: Path, tests: Iterable[str], engine: str, *, seconds: int = SECONDS) -> tuple[int, str]:
    """Run ``tests`` of the tree at ``root``; pytest's status and what it says last."""
    environment = os.environ | {
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


def verdict(mutant: Mutant, root: Path) -> str:
    """``red``, as it must be, or what is wrong: the text is not there once, or the test did not notice."""
    if (times := mutant.count(root)) != 1:
        return f"old text found {times} times"
    with without(mutant, root):
        status, last = run(root, [mutant.test], mutant.engine)
    if status == 0 and _PASSED.search(last):
        return "SURVIVED"
    return "red" if status == 1 and _FAILED.search(last) else f"no verdict: {last}"


def faults_untouched(mutants: Iterable[Mutant], root: Path) -> list[str]:
    """What the tests say before anything is changed: they must all run and pass, on each engine in one go."""
    by_engine: dict[str, set[str]] = {}
    for mutant in mutants:
        by_engine.setdefault(mutant.engine, set()).add(mutant.test)
    ends = {engine: run(root, sorted(tests), engine, seconds=1800) for engine, tests in by_engine.items()}
    return [f"{engine}: {last}" for engine, (status, last) in ends.items() if status or "skipped" in last]


def main(words: list[str]) -> int:
    chosen = [
        mutant
        for mutant in listed()
        if not words or any(word in (mutant.requirement, mutant.file) or word in mutant.guard for word in words)
    ]
    if not chosen:
        print("No mutant has that word.")
        return 1
    wrong = 0
    with copied() as root:
        if faults := faults_untouched(chosen, root):
            print("The tests fail before anything is changed:", *faults, sep="\n")
            return 1
        print("| row | guard removed | test that goes red | result |\n|---|---|---|---|", flush=True)
        for mutant in chosen:
            told = verdict(mutant, root)
            wrong += told != "red"
            name = mutant.test.removeprefix("tests/")
            print(f"| {mutant.requirement} | {mutant.guard} | {name} | {told} |", flush=True)
    print(f"\n{len(chosen)} guards removed: {len(chosen) - wrong} noticed, {wrong} not.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
