"""``python -m benchmarks ratios|rush [--small]``: measures, prints the table, and writes it to a folder."""

import argparse
import os
import platform
import sys
from pathlib import Path

from benchmarks import ratios, rush
from benchmarks.people import Crowd
from benchmarks.ratios import Rates, Size
from benchmarks.site import day_ahead, site
from tests.support import postgres

# Goals of the product: what each ratio should reach.
GOALS = {"hold": 0.7, "confirm": 0.7, "agencies": 0.7, "ten days": 0.7, "hours": 0.7, "start": 0.9, "one hot slot": 0.7}
_AGAINST = {"one hot slot": "spread over hours"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("what", choices=("ratios", "rush"))
    parser.add_argument("--small", action="store_true", help="a size that tries the measuring and measures nothing")
    parser.add_argument("--folder", type=Path, help="where the tables go")
    chosen = parser.parse_args(arguments)
    report = {"ratios": _ratios, "rush": _rush}[chosen.what](small=chosen.small)
    text = f"{_made()}\n\n{report}\n"
    print(text)
    if chosen.folder:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        (chosen.folder / f"{chosen.what}.md").write_text(text)
    return 0


def _made() -> str:
    versions = f"PostgreSQL {postgres.version()}, Python {platform.python_version()}"
    return f"{day_ahead(0)} · {versions} · {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def _ratios(*, small: bool) -> str:
    forms, looks = (Size(1, 12), Size(1, 20)) if small else (Size(5, 300), Size(5, 1500))
    with site(turns=2_000 if small else 20_000) as made:
        crowd = Crowd(made)
        scripts = ratios.scripts_of(crowd)
        with made.serving(), ratios.bare_serving(made, scripts) as opposite:
            hot = ratios.hot_slot(made, crowd, forms)
            steps = ratios.steps(made, crowd, opposite, forms)
            pages = ratios.pages(made, crowd, opposite, looks)
    found = {"hold": steps.hold, "confirm": steps.confirm, **pages, "one hot slot": hot}
    lines = ["| what | a second | against | a second | ratio | goal |", "|---|---|---|---|---|---|"]
    lines += [_row(name, rates) for name, rates in found.items()]
    said = ", ".join(f"{name} {len(script)}" for name, script in scripts.items())
    return "\n".join(
        [*lines, "", f"Statements: {said}. {forms.rounds} rounds by turns; medians, and the median of the ratios."]
    )


def _row(name: str, rates: Rates) -> str:
    ours, bare = (sorted(each)[len(each) // 2] for each in (rates.ours, rates.bare))
    against = _AGAINST.get(name, "bare Flask")
    met = "met" if rates.ratio >= GOALS[name] else "not met"
    return f"| {name} | {ours:.0f} | {against} | {bare:.0f} | {rates.ratio:.2f} | {GOALS[name]:.2f} {met} |"


def _rush(*, small: bool) -> str:
    contenders, seconds = (40, 4.0) if small else (1000, 60.0)
    with site(turns=2_000 if small else 20_000) as made, made.serving():
        crowd = Crowd(made)
        one = rush.one_place(made, crowd, contenders)
        most = rush.capacity(made, crowd, seconds / 3)
        flood = rush.step(made, crowd, 5 * most, seconds=seconds, afterwards=4 if small else 30)
    return rush.told(one, most, flood, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
