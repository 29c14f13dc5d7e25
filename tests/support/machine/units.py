"""Validates the units of ``deploy/systemd`` with systemd, without running them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from tests.support import ROOT

FOLDER = ROOT / "deploy" / "systemd"


def program() -> str | None:
    """Where systemd-analyze is, if it is here."""
    return shutil.which("systemd-analyze")


def faults_of(units: dict[str, str], folder: Path) -> list[str]:
    """The complaints of ``systemd-analyze verify`` about units (text by file name), written into ``folder``."""
    for name, text in units.items():
        # The program is not installed where the tests run; all else is as it is deployed.
        (folder / name).write_text(re.sub(r"(?m)^(Exec\w+=)\S+", r"\1/bin/true", text))
    paths = [str(folder / re.sub(r"@\.", "@8001.", name)) for name in units]
    done = _analyze("verify", "--recursive-errors=no", "--man=no", *paths)
    return [line for line in done.stderr.splitlines() if line]


def exposure_of(unit: Path) -> float:
    """0 (nothing can be reached) to 10 (everything), as ``systemd-analyze security`` reckons it."""
    done = _analyze("security", "--offline=true", "--json=short", str(unit))
    assert done.returncode == 0, done.stderr
    return sum(float(row["exposure"] or 0) for row in json.loads(done.stdout))


def _analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    found = program()
    assert found is not None, "python -m tests.support.machine.provision brings systemd"
    return subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
