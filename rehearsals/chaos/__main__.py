"""``python -m rehearsals.chaos [--seconds N] [--seed N] [--mutant NAME] [--folder F]``: one run and its report."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from rehearsals.chaos import mutants
from rehearsals.chaos.run import chaos


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="rehearsals.chaos", description=__doc__)
    parser.add_argument("--seconds", type=int, default=900)
    parser.add_argument("--every", type=int, default=20, help="seconds between faults")
    parser.add_argument("--citizens", type=int, default=30)
    parser.add_argument("--calm", type=float, default=12.0, help="seconds without faults at the end")
    parser.add_argument(
        "--turns", type=int, default=0, help="at least so many shown before the first and after the last"
    )
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--mutant", choices=sorted(mutants.MUTANTS))
    parser.add_argument("--only", default="", help="only faults with this word")
    parser.add_argument("--folder", type=Path, help="keeps logs and database here")
    chosen = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(10**6) if chosen.seed is None else chosen.seed
    with tempfile.TemporaryDirectory(prefix="turnero-chaos-") as temporary, mutants.tree(chosen.mutant) as root:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = chaos(
            folder,
            seed=seed,
            seconds=chosen.seconds,
            every=chosen.every,
            citizens=chosen.citizens,
            only=chosen.only,
            calm=chosen.calm,
            turns=chosen.turns,
            root=root,
        )
    print(report.text(chosen.mutant), flush=True)
    return 1 if report.verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
