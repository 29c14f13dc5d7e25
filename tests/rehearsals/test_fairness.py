"""The short form of ``make fairness``: one seed of a fifth of the crowd, in a process of its own."""

import subprocess
import sys

import pytest

from rehearsals.fairness.scenarios import SCENARIOS, Outcome, broken


@pytest.mark.slow
def test_resellers_get_no_more_than_their_due():
    command = [sys.executable, "-m", "rehearsals.fairness", "--seeds", "1", "--crowd", "0.2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every bound was kept." in done.stdout


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [
        (SCENARIOS[0], Outcome(5, most=4)),
        (SCENARIOS[1], Outcome(1, most=1, expected=0.0)),
        (SCENARIOS[2], Outcome(0, most=0, violations=("I1",))),
        (SCENARIOS[3], Outcome(30, most=100, expected=10.0, variance=8.0)),
    ],
)
def test_more_than_a_fair_share_is_reported(scenario, outcome):
    assert broken(scenario, [outcome])
