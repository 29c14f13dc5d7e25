"""The benchmarks at a size that measures nothing: every answer is the one it must be, and the tables are written."""

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import growth, rush
from benchmarks.people import Crowd
from benchmarks.site import site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_every_ratio_is_measured_with_right_answers_only(tmp_path):
    assert benchmarks.main(["ratios", "--small", "--folder", str(tmp_path)]) == 0
    table = (tmp_path / "ratios.md").read_text()
    assert {line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")} >= set(benchmarks.GOALS)


def test_whole_journeys_end_in_turns_and_their_mails_arrive(tmp_path):
    assert benchmarks.main(["journeys", "--small", "--folder", str(tmp_path)]) == 0
    table = (tmp_path / "journeys.md").read_text()
    assert "| that ended in a turn | 12 | met |" in table
    assert "| the database afterwards | no violations |" in table


def test_what_grows_and_what_a_worker_takes_are_measured_and_drawn(tmp_path):
    assert benchmarks.main(["memory", "--small", "--folder", str(tmp_path)]) == 0
    assert "MB" in (tmp_path / "memory.md").read_text()
    assert (tmp_path / "memory.svg").read_text().endswith("</svg>\n")
    assert benchmarks.main(["growth", "--small", "--folder", str(tmp_path)]) == 0
    rows = [line for line in (tmp_path / "growth.md").read_text().splitlines() if line.startswith("| ")]
    assert {row.split("|")[1].strip() for row in rows} >= set(growth.WHAT)


def test_in_a_rush_one_wins_and_all_others_are_told_politely():
    with site(turns=2_000) as made, made.serving():
        crowd = Crowd(made)
        one = rush.one_place(made, crowd, 60)
        most = rush.capacity(made, crowd, 2)
        # Whatever a slow moment made of the capacity: more than this machine can serve, and than a faster one.
        flood = rush.step(made, crowd, max(5 * most, 100), seconds=4, afterwards=8)
    assert (one.winners, one.polite + one.waiting, one.other, one.violations) == (1, 59, {}, "")
    assert not flood.broken
    assert flood.turns
    away = [answer for _, answer in flood.asked if answer.status == 503]
    assert away
    assert all(len(answer.body) <= 10_000 and b"retry-after" in answer.head.lower() for answer in away)
