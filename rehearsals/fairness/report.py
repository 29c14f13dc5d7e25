"""The simulation's report: a page with a plot."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import plots
from rehearsals.fairness.scenarios import Outcome, Scenario


def report(found: Mapping[Scenario, Sequence[Outcome]], seeds: int, wrong: Sequence[str], folder: Path | None) -> str:
    """The table; written with its plot into ``folder`` where one is given."""
    lines = ["| what resellers try | they got | they may | honest people got |", "|---|---|---|---|"]
    lines += [_row(scenario, outcomes) for scenario, outcomes in found.items()]
    verdict = "Every bound was kept." if not wrong else "Broken:\n" + "\n".join(f"- {sentence}" for sentence in wrong)
    size = f"{seeds} seeds each; the last row is the control, in which the first press wins."
    text = "\n".join([size, "", *lines, "", verdict, ""])
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.md").write_text(text, encoding="utf-8")
        drawn = [
            (scenario.name, _share(outcomes), _due(outcomes))
            for scenario, outcomes in found.items()
            if scenario.by_chance
        ]
        title = "Places that resellers got, per seed, and what their identities are worth (dashed)"
        (folder / "report.svg").write_text(plots.bars(title, drawn), encoding="utf-8")
    return text


def _row(scenario: Scenario, outcomes: Sequence[Outcome]) -> str:
    got, others = sum(each.got for each in outcomes), sum(each.others for each in outcomes)
    if scenario.by_chance:
        bound = 3 * math.sqrt(sum(each.variance for each in outcomes))
        may = f"{sum(each.expected for each in outcomes):.1f} ± {bound:.1f} in all"
    else:
        may = f"{outcomes[0].most} a seed"
    most = max(each.got for each in outcomes)
    return f"| {scenario.name}: {scenario.says} | {got} in all, {most} at most in one | {may} | {others or ''} |"


def _share(outcomes: Sequence[Outcome]) -> float:
    return sum(each.got for each in outcomes) / len(outcomes)


def _due(outcomes: Sequence[Outcome]) -> float:
    return sum(each.expected for each in outcomes) / len(outcomes)
