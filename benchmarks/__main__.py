"""``python -m benchmarks bench|ratios|growth|journeys|memory [--small]``: measures, prints tables, writes them."""

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import growth, journeys, memory, pgbench, plots, ratios
from benchmarks.load import percentile
from benchmarks.people import Crowd
from benchmarks.ratios import Rates, Size
from benchmarks.recording import Line
from benchmarks.site import day_ahead, site
from tests.support.servers import postgres

# Goals of each ratio.
GOALS = {"hold": 0.7, "confirm": 0.7, "agencies": 0.7, "ten days": 0.7, "hours": 0.7, "start": 0.9, "one hot slot": 0.7}
OF_PGBENCH, OF_SMALL, MEGABYTES, COLD_SECONDS, A_SECOND, CODE_SECONDS = 0.25, 0.8, 120, 2.0, 10, 2.0
CONFIRMATION_SECONDS = 10.0
_AGAINST = {"one hot slot": "spread over hours"}


@dataclass
class Report:
    """A table in Markdown, and drawings by file name."""

    text: str
    drawings: dict[str, str] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("what", choices=("bench", *PARTS))
    parser.add_argument("--small", action="store_true", help="a size that tries the measuring and measures nothing")
    parser.add_argument("--folder", type=Path, help="where tables and drawings go")
    chosen = parser.parse_args(arguments)
    for name in BENCH if chosen.what == "bench" else (chosen.what,):
        report = PARTS[name](chosen.small)
        text = f"{made_on()}\n\n{report.text}\n"
        print(text)
        if chosen.folder:
            chosen.folder.mkdir(parents=True, exist_ok=True)
            for file, content in {f"{name}.md": text, **report.drawings}.items():
                (chosen.folder / file).write_text(content)
    return 0


def made_on() -> str:
    """Day, versions and machine of a measurement."""
    versions = f"PostgreSQL {postgres.version()}, Python {platform.python_version()}"
    return f"{day_ahead(0)} · {versions} · {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def _table(*rows: tuple[object, ...]) -> str:
    head, *others = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *others])


def _verdict(met: bool) -> str:
    return "met" if met else "not met"


def _ratios(small: bool) -> Report:
    forms, looks = (Size(1, 12), Size(1, 20)) if small else (Size(5, 300), Size(5, 1500))
    with site(turns=2_000 if small else 20_000) as made:
        crowd = Crowd(made)
        scripts = ratios.scripts_of(crowd)
        with made.serving(), ratios.bare_serving(made, scripts) as opposite:
            hot = ratios.hot_slot(made, crowd, forms)
            steps = ratios.steps(made, crowd, opposite, forms)
            pages = ratios.pages(made, crowd, opposite, looks)
        raw = _pgbench(crowd, scripts, 1 if small else 5)
    found = {"hold": steps.hold, "confirm": steps.confirm, **pages, "one hot slot": hot}
    lines = [_row(name, rates) for name, rates in found.items()]
    for name, rate in raw.items():
        ours = statistics.median(found[name].ours)
        verdict = f"{OF_PGBENCH:.2f} {_verdict(ours / rate >= OF_PGBENCH)}"
        lines.append((name, f"{ours:.0f}", "pgbench", f"{rate:.0f}", f"{ours / rate:.2f}", verdict))
    said = ", ".join(f"{name} {len(script)}" for name, script in scripts.items())
    told = f"Statements: {said}. {forms.rounds} rounds by turns; medians, and the median of the ratios."
    bars = plots.bars("Of the bare minimum", [(name, rates.ratio, GOALS[name]) for name, rates in found.items()])
    table = _table(("what", "a second", "against", "a second", "ratio", "goal"), *lines)
    return Report(f"{table}\n\n{told}", {"ratios.svg": bars})


def _row(name: str, rates: Rates) -> tuple[object, ...]:
    ours, bare = (statistics.median(each) for each in (rates.ours, rates.bare))
    goal = f"{GOALS[name]:.2f} {_verdict(rates.ratio >= GOALS[name])}"
    return name, f"{ours:.0f}", _AGAINST.get(name, "bare Flask"), f"{bare:.0f}", f"{rates.ratio:.2f}", goal


def _pgbench(crowd: Crowd, scripts: dict[str, list[Line]], seconds: int) -> dict[str, float]:
    """A confirm needs a hold, so its own time is the difference of both and the hold."""
    if pgbench.program() is None:
        return {}
    hold = pgbench.rate(crowd, [scripts["hold"]], day_ahead(3), seconds=seconds)
    both = pgbench.rate(crowd, [scripts["hold"], scripts["confirm"]], day_ahead(4), seconds=seconds)
    return {"hold": hold, "confirm": 1 / (1 / both - 1 / hold)}


def _growth(small: bool) -> Report:
    size, turns, many = (Size(1, 12), 2_000, 4_000) if small else (Size(3, 120), 10_000, 1_000_000)
    base, others = growth.measured(size, turns, many)
    heads = ("a second of the small site's", *(one.name for one in others), f"at least {OF_SMALL:.2f}")
    rows = []
    for what in growth.WHAT:
        ratio = [one.ratio(what, base) for one in others]
        rows.append((what, *(f"{each:.2f}" for each in ratio), _verdict(min(ratio) >= OF_SMALL)))
    bars = [(what, min(one.ratio(what, base) for one in others), OF_SMALL) for what in growth.WHAT]
    told = f"Four sites at work at once, asked one after the other; {size.rounds} rounds, the median of the ratios."
    drawn = {"growth.svg": plots.bars("What is left when it grows: the worst of three", bars)}
    return Report(f"{_table(heads, *rows)}\n\n{told}", drawn)


def _journeys(small: bool) -> Report:
    rate, seconds = (3.0, 4.0) if small else (float(A_SECOND), 300.0)
    with site(turns=2_000 if small else 20_000) as made, made.serving():
        found = journeys.at_rate(made, Crowd(made), rate, seconds)
        audit = made.turnero("audit").strip()
    within = {
        name: percentile(times, 95)
        for name, times in (
            ("code", found.code_mails),
            ("confirmation", found.confirmations),
            ("journey", found.seconds),
        )
    }
    all_done = len(found.turns) == found.came
    rows = (
        ("journeys that came", f"{rate:.0f} a second for {seconds:.0f} s: {found.came}", ""),
        ("that ended in a turn", len(found.turns), _verdict(all_done)),
        ("that did not", dict(found.broken) or "none", ""),
        ("that were asked to come again", found.asked_again, ""),
        ("95 of 100 took", f"{within['journey']:.1f} s with the code's mail", ""),
        ("an answer, 95 of 100 within", f"{found.answers.percentile(95):.2f} s", ""),
        ("code mails, 95 of 100 within", f"{within['code']:.1f} s", _verdict(within["code"] <= CODE_SECONDS)),
        (
            "confirmations, 95 of 100 within",
            f"{within['confirmation']:.1f} s",
            _verdict(within["confirmation"] <= CONFIRMATION_SECONDS),
        ),
        ("the database afterwards", audit or "no violations", ""),
    )
    return Report(_table(("what", "figure", "goal"), *rows))


def _memory(small: bool) -> Report:
    with site(turns=2_000 if small else 20_000) as made:
        found = memory.of_a_worker(made, Crowd(made), 600 if small else 100_000)
    (_, begun), (done, last) = found.megabytes[0], found.megabytes[-1]
    half = found.megabytes[len(found.megabytes) // 2][1]
    rows = (
        ("a worker answers after", f"{found.cold:.1f} s", _verdict(found.cold < COLD_SECONDS)),
        ("it takes at first", f"{begun:.0f} MB", ""),
        (f"after {done // 2:,} requests", f"{half:.0f} MB", ""),
        (f"after {done:,}", f"{last:.0f} MB", _verdict(last <= MEGABYTES)),
    )
    drawn = plots.line("Memory of a worker after so many requests, MB", found.megabytes, MEGABYTES, "MB")
    return Report(_table(("what", "figure", "goal"), *rows), {"memory.svg": drawn})


PARTS: dict[str, Callable[[bool], Report]] = {
    "ratios": _ratios,
    "growth": _growth,
    "journeys": _journeys,
    "memory": _memory,
}
BENCH = ("ratios", "growth", "journeys", "memory")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
