"""Growth must not slow pages: 10 to 300 agencies, 30 to 90 days ahead, ten thousand to a million turns."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, repeat, takewhile
from typing import Any

import psycopg

from benchmarks.load import closed_loop
from benchmarks.people import Crowd, visit
from benchmarks.ratios import Size, checked, places
from benchmarks.site import Site, day_ahead, site

_FEW_AGENCIES, _MANY_AGENCIES = 10, 300
_PROVINCE_OF = 12  # agencies of each province beyond the first
_MANY_DAYS = 90
_PAGE_SECONDS, _MEASURES_NOTHING = 5.5, 20
WHAT = ("hold", "confirm", "agencies", "ten days", "hours", "start")


@dataclass
class Grown:
    """A site with its crowd, and its rates per round by request."""

    name: str
    site: Site
    crowd: Crowd
    rates: dict[str, list[float]] = field(default_factory=lambda: {what: [] for what in WHAT})

    def ratio(self, what: str, small: "Grown") -> float:
        """The median of the rounds' own ratios to the small site."""
        pairs = zip(self.rates[what], small.rates[what], strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)


def measured(size: Size, turns: int, many_turns: int) -> tuple[Grown, list[Grown]]:
    """The small site, and those that have more of one thing each; all at work at once, asked one after the other."""
    with ExitStack() as stack:
        sites = {
            "small": stack.enter_context(site(turns)),
            f"{_FEW_AGENCIES} to {_MANY_AGENCIES} agencies": stack.enter_context(site(turns)),
            f"30 to {_MANY_DAYS} days ahead": stack.enter_context(site(turns)),
            f"{turns:,} to {many_turns:,} turns": stack.enter_context(site(many_turns)),
        }
        small, *others = grown = [Grown(name, made, Crowd(made)) for name, made in sites.items()]
        for one, widen in zip(grown, WIDEN, strict=True):
            with one.site.database() as connection:
                widen(connection)
            stack.enter_context(one.site.serving())
        taken = [places(5) for _ in grown]
        for _ in range(size.rounds):
            for one, free in zip(grown, taken, strict=True):
                _round(one, free, size.count)
        return small, others


def _few(connection: psycopg.Connection[Any]) -> None:
    """The filled database has twenty agencies: ten of them attend."""
    connection.execute("DELETE FROM desk_staffing WHERE desk_id > %s", [_FEW_AGENCIES])


def _agencies(connection: psycopg.Connection[Any]) -> None:
    """The ten, and all others in provinces of their own, as a country has them."""
    _few(connection)
    for number in count(_FEW_AGENCIES + 1):
        if number > _MANY_AGENCIES:
            return
        province = f"{80 + (number - _FEW_AGENCIES) // _PROVINCE_OF:02}"
        named = {"id": 1000 + number, "slug": f"otra-{number}", "province": province}
        connection.execute(
            "INSERT INTO provinces (code, name, capital, zone) VALUES (%(province)s, %(slug)s, '', "
            "'America/Guayaquil') ON CONFLICT DO NOTHING",
            named,
        )
        connection.execute(
            "INSERT INTO agencies (id, slug, name, kind, province_code, canton, address, demo, policy) "
            "VALUES (%(id)s, %(slug)s, 'Otra', 'agency', %(province)s, '', '', true, '{}')",
            named,
        )
        connection.execute(
            "INSERT INTO weekly_hours (agency_id, weekday, opens, closes) "
            "SELECT %(id)s, weekday, opens, closes FROM weekly_hours WHERE agency_id = 1",
            named,
        )
        connection.execute("INSERT INTO desks (id, agency_id, line_id) SELECT %(id)s, %(id)s, id FROM lines", named)
        connection.execute(
            "INSERT INTO desk_staffing (desk_id, valid_from, windows, slot_minutes) "
            "VALUES (%(id)s, '2020-01-01', 12, 20)",
            named,
        )


def _days(connection: psycopg.Connection[Any]) -> None:
    _few(connection)
    values = f'{{"horizon_days": {_MANY_DAYS}}}'
    connection.execute(
        "INSERT INTO catalogue_policy (id, values) VALUES (1, %s) "
        "ON CONFLICT (id) DO UPDATE SET values = excluded.values",
        [values],
    )


WIDEN = (_few, _agencies, _days, _few)  # in the order of the sites


def _round(one: Grown, free: Iterator[tuple[Any, int, int]], number: int) -> None:
    crowd, port = one.crowd, one.site.port
    people = crowd.people(number)
    wishes = [crowd.hold(person, *next(free)[:2]) for person in people]
    one.rates["hold"].append(checked(closed_loop(port, wishes), 303).rate)
    one.rates["confirm"].append(checked(closed_loop(port, [crowd.confirm(each) for each in people]), 303).rate)
    (person,) = crowd.people(1)
    pages = {
        "agencies": crowd.get(person, "lugar?provincia=17"),
        "ten days": crowd.get(person, "horario"),
        "hours": crowd.get(person, f"horario?dia={day_ahead(4)}"),
        "start": visit("/"),
    }
    for name, request in pages.items():
        # Longer than the cache lasts, so that recomputing is included.
        until = time.monotonic() + (_PAGE_SECONDS if number > _MEASURES_NOTHING else 0.2)
        looks = takewhile(lambda _: time.monotonic() < until, repeat(request))  # noqa: B023 (used up before the next)
        one.rates[name].append(checked(closed_loop(port, looks), 200).rate)
