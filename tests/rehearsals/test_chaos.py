"""Two kills under eight citizens: no promise is broken. Fifteen minutes of them: `make chaos`."""

import tempfile
from pathlib import Path

import pytest

from rehearsals.chaos import mutants
from rehearsals.chaos.run import chaos
from tests.support import ROOT

SEED = 7


@pytest.mark.slow
def test_a_short_run_breaks_no_promise():
    # Not pytest's own folder, which nobody else may enter: the database's user is another where we are root.
    with tempfile.TemporaryDirectory(prefix="turnero-chaos-") as folder:
        size = {"seconds": 6, "every": 3, "citizens": 8, "calm": 2, "turns": 5, "replicas": 2, "jobs": 1}
        report = chaos(Path(folder), seed=SEED, only="killed", **size)
    assert not report.verdict.violations, report.text()


@pytest.mark.parametrize("guards", mutants.MUTANTS.values(), ids=list(mutants.MUTANTS))
def test_each_guard_that_a_run_can_take_away_is_still_where_it_was(guards):
    for mutant in guards:
        assert mutant.count(ROOT) == 1, f"{mutant.file}: {mutant.old!r}"
