"""``python -m rehearsals.fairness [--seeds N] [--crowd X] [--folder DIR]``: every scenario over many seeds."""

import argparse
import sys
from pathlib import Path

from rehearsals.fairness.report import report
from rehearsals.fairness.scenarios import CONTROL, SCENARIOS, Outcome, Scenario, broken
from rehearsals.fairness.world import fresh_app


def outcomes(scenario: Scenario, seeds: int, crowd: float) -> list[Outcome]:
    """Each seed on a database of its own."""
    found = []
    for seed in range(1, seeds + 1):
        with fresh_app():
            found.append(scenario.run(seed, crowd))
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="rehearsals.fairness", description=__doc__)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--crowd", type=float, default=1.0)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args(arguments)
    found = {}
    for scenario in (*SCENARIOS, CONTROL):
        found[scenario] = outcomes(scenario, chosen.seeds, chosen.crowd)
        print(f"{scenario.name}: {[each.got for each in found[scenario]]}", flush=True)
    wrong = [sentence for scenario in SCENARIOS for sentence in broken(scenario, found[scenario])]
    if not broken(CONTROL, found[CONTROL]):
        wrong.append("the control was fair: this simulation could not have failed")
    text = report(found, chosen.seeds, wrong, chosen.folder)
    print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
