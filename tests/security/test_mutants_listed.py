"""The list of guards to take away (tests/mutants.csv) still fits the tree; `make mutants` runs it."""

from collections import Counter

import pytest

from tests.support import ROOT
from tests.support.inspection.nodes import exists
from tests.support.servers.databases import ENGINES
from tests.support.tools import mutants
from tests.support.tools.mutants import Mutant

LISTED = mutants.listed()


@pytest.mark.parametrize("mutant", LISTED, ids=lambda mutant: f"{mutant.requirement} {mutant.guard}")
def test_each_guard_is_where_the_list_says_and_its_test_exists(mutant):
    assert mutant.count(ROOT) == 1, f"{mutant.file}: {mutant.old!r}"
    assert mutant.new != mutant.old
    assert exists(mutant.test), mutant.test
    assert mutant.engine in ENGINES


def test_there_are_guards_enough_and_none_twice():
    assert len(LISTED) >= 35
    assert not [
        key for key, times in Counter((mutant.file, mutant.old, mutant.new) for mutant in LISTED).items() if times > 1
    ]


def test_control_a_moved_guard_and_a_missing_test_are_found():
    moved = Mutant(
        "S5", "tries", "turnero/verify/code.py", "no such text", "", "tests/verify/test_code.py::test_no", "sqlite"
    )
    assert moved.count(ROOT) == 0
    assert not exists(moved.test)


def test_a_guard_is_taken_away_and_put_back(tmp_path):
    (tmp_path / "rule.py").write_text("if late:\n    refuse()\n")
    mutant = Mutant(
        "S2", "time", "rule.py", "if late:", "if False:", "tests/house/test_house.py::test_no_test_is_skipped", "sqlite"
    )
    with mutants.without(mutant, tmp_path):
        assert (tmp_path / "rule.py").read_text() == "if False:\n    refuse()\n"
    assert (tmp_path / "rule.py").read_text() == "if late:\n    refuse()\n"


def test_only_a_test_that_failed_has_noticed(tmp_path, monkeypatch):
    """One that breaks before it begins, or is not found, has not."""
    (tmp_path / "rule.py").write_text("guard")
    mutant = Mutant("S2", "time", "rule.py", "guard", "", "test_rule.py::test_it", "sqlite")
    ends = iter(
        [(1, "1 failed in 1s"), (0, "1 passed in 1s"), (1, "1 error in 1s"), (4, "no tests ran"), (0, "1 skipped")]
    )
    monkeypatch.setattr(mutants, "run", lambda *_args, **_options: next(ends))
    workbench = mutants.Workbench(tmp_path, tmp_path)
    told = [mutants.verdict(mutant, workbench) for _ in range(5)]
    silent = ("1 error in 1s", "no tests ran", "1 skipped")
    assert told == ["red", "SURVIVED", *(f"no verdict: {last}" for last in silent)]
    (tmp_path / "rule.py").write_text("guard guard")
    assert mutants.verdict(mutant, workbench) == "old text found 2 times"
