"""The benchmarks at a size that measures nothing: every answer is the one it must be, and the tables are written."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import psycopg
import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import growth
from benchmarks.people import Crowd
from benchmarks.site import Site, site
from rehearsals import rush

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Standing(Site):
    """A site that is served already, for all parts alike: starting one for each is most of what they take here.

    The ratios have their own: the bare application they are measured against keeps no invariants.
    """

    server: object = None

    @contextmanager
    def serving(self, workers: int = 2, threads: int = 8) -> Iterator[object]:
        yield self.server


@pytest.fixture(scope="module")
def standing():
    with site(turns=1_000) as made, made.serving() as server:
        yield Standing(**vars(made), server=server)


@pytest.fixture(scope="module")
def crowd(standing):
    return Crowd(standing)


@pytest.fixture
def on_the_standing_site(standing, crowd, monkeypatch):
    for module in (benchmarks, growth):
        monkeypatch.setattr(module, "site", lambda *_args, **_named: nullcontext(standing))
        monkeypatch.setattr(module, "Crowd", lambda _site: crowd)
    with standing.database() as database:  # the mails that the part before owes would make those of this one late
        database.execute("UPDATE notices SET status = 'sent', sent_at = now() WHERE status <> 'sent'")
    # What makes the database wider would be felt by the others; test_a_site_grows does it and takes it back.
    monkeypatch.setattr(growth, "WIDEN", (lambda _connection: None,) * len(growth.WIDEN))


def test_every_ratio_is_measured_with_right_answers_only(tmp_path):
    assert benchmarks.main(["ratios", "--small", "--folder", str(tmp_path)]) == 0
    table = (tmp_path / "ratios.md").read_text()
    assert {line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")} >= set(benchmarks.GOALS)


@pytest.mark.usefixtures("on_the_standing_site")
def test_whole_journeys_end_in_turns_and_their_mails_arrive(tmp_path):
    assert benchmarks.main(["journeys", "--small", "--folder", str(tmp_path)]) == 0
    table = (tmp_path / "journeys.md").read_text()
    assert "| that ended in a turn | 12 | met |" in table
    assert "| the database afterwards | no violations |" in table


@pytest.mark.usefixtures("on_the_standing_site")
def test_what_grows_and_what_a_worker_takes_are_measured_and_drawn(tmp_path):
    assert benchmarks.main(["memory", "--small", "--folder", str(tmp_path)]) == 0
    assert "MB" in (tmp_path / "memory.md").read_text()
    assert (tmp_path / "memory.svg").read_text().endswith("</svg>\n")
    assert benchmarks.main(["growth", "--small", "--folder", str(tmp_path)]) == 0
    rows = [line for line in (tmp_path / "growth.md").read_text().splitlines() if line.startswith("| ")]
    assert {row.split("|")[1].strip() for row in rows} >= set(growth.WHAT)


def test_a_site_grows_by_agencies_and_days(standing):
    with psycopg.connect(standing.url) as connection:
        growth._agencies(connection)
        (agencies,) = connection.execute("SELECT count(*) FROM desk_staffing").fetchone()
        growth._days(connection)
        (policy,) = connection.execute("SELECT values FROM catalogue_policy").fetchone()
        connection.rollback()
    assert agencies == growth._MANY_AGENCIES
    assert policy == {"horizon_days": growth._MANY_DAYS}


def test_in_a_rush_one_wins_and_the_others_are_refused_politely(standing, crowd):
    one = rush.one_place(standing, crowd, 60)
    most = rush.capacity(standing, crowd, 1)
    # Whatever a slow moment made of the capacity: more than this machine can serve, and than a faster one.
    flood = rush.step(standing, crowd, max(5 * most, 100), seconds=3, afterwards=5)
    assert rush.broken(one, flood) == []
    assert (one.winners, one.polite + one.waiting, one.other, one.violations) == (1, 59, {}, "")
    assert not flood.broken
    assert flood.turns
    away = [answer for _, answer in flood.asked if answer.status == 503]
    assert away
    assert all(len(answer.body) <= 10_000 and b"retry-after" in answer.head.lower() for answer in away)
