"""``make long``: every rehearsal runs to its end, and the table and the exit status say how it ended."""

import sys

import pytest

from benchmarks.load import Load
from rehearsals import __main__ as rehearsals
from rehearsals import rush
from rehearsals.__main__ import Rehearsal


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(rehearsals, "LOGS", tmp_path)
    return tmp_path


def python(name, program, minutes=1.0):
    return Rehearsal(name, "small", (sys.executable, "-c", program), minutes)


def test_all_run_one_after_another_although_one_fails(monkeypatch, capfd, logs):
    three = (python("a", "print('first')"), python("b", "raise SystemExit(3)"), python("c", "print('third')"))
    monkeypatch.setattr(rehearsals, "REHEARSALS", three)
    assert rehearsals.main([]) == 1
    printed = capfd.readouterr().out
    rows = [line.split(" | ")[:3] for line in printed.splitlines() if line.startswith("| ")][1:]
    assert rows == [["| a", "small", "passed"], ["| b", "small", "FAILED (3)"], ["| c", "small", "passed"]]
    assert (logs / "a.log").read_text() == "first\n"


def test_all_that_pass_end_well(monkeypatch):
    monkeypatch.setattr(rehearsals, "REHEARSALS", (python("a", ""), python("b", "")))
    assert rehearsals.main([]) == 0


def test_a_run_that_does_not_end_is_interrupted_with_its_processes(monkeypatch):
    """Its own end is clean; a child that would hold the output open for ever ends too."""
    program = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "time.sleep(300)"
    )
    monkeypatch.setattr(rehearsals, "_GRACE_SECONDS", 3)
    ending = rehearsals.run(python("endless", program, minutes=0.02))
    assert ending.status != 0
    assert ending.seconds < 60


@pytest.mark.parametrize("arguments", [["none"], ["--seed=7"], ["chaos", "day", "--seed=7"]])
def test_usage_errors_are_reported(arguments, capsys):
    assert rehearsals.main(arguments) == 2
    assert capsys.readouterr().err


def test_an_option_reaches_the_rehearsal_that_is_named(monkeypatch, capfd):
    monkeypatch.setattr(rehearsals, "REHEARSALS", (python("a", "import sys; print(sys.argv[1:])"),))
    assert rehearsals.main(["a", "--seed=7"]) == 0
    assert "['--seed=7']" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("winners", "polite", "violations", "kept"),
    [(1, 0, "", True), (2, 0, "", False), (0, 1, "", False), (1, 0, "I1 asientos encimados", False)],
)
def test_a_rush_that_breaks_a_promise_fails(winners, polite, violations, kept):
    answered = Load([None] * (winners + polite))
    one = rush.OnePlace(answered, winners, polite, 0, rush.Counter(), violations)
    assert (rush.broken(one, rush.Flood(turns=[1.0])) == []) is kept


def test_a_rush_in_which_nobody_books_fails():
    assert rush.broken(rush.OnePlace(Load([None]), 1, 0, 0, rush.Counter(), ""), rush.Flood())
