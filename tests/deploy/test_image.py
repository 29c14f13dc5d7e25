"""``.containerignore`` admits exactly what the wheel needs."""

import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.support import ROOT

LINES = (ROOT / ".containerignore").read_text().splitlines()
LET_IN = [line.removeprefix("!") for line in LINES if line.startswith("!")]

pytestmark = pytest.mark.slow


def test_nothing_else_is_let_in():
    assert LINES[1] == "*"
    assert not [name for name in LET_IN if name.startswith((".", "tests", "instance", "deploy"))]


def test_the_image_has_all_of_the_product(tmp_path):
    for name in LET_IN:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "wheels", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    for folder in ("templates", "static", "migrations", "catalogue"):
        given = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        packed_here = [name for name in names if name.startswith(f"turnero/{folder}/")]
        assert len(packed_here) == len(given) > 0
    assert {"config.py", "turnero/cli.py"} <= set(names)
    assert {"requirements/prod.txt", "requirements/build.txt"} <= set(LET_IN)
