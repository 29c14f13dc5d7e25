"""The wheel, installed where there is no checkout: the same product, with all its files."""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.support import ROOT
from tests.support.pages import reader
from tests.support.pages.page import Page

CARRIED = ("templates", "static", "migrations", "catalogue")
START_SECONDS = 60

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The ``bin`` of a new environment with the wheel, where the dependencies are lent by this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
    )
    (site_packages,) = folder.glob("lib/python*/site-packages")
    # A path in a .pth file does not read the .pth files there, so the checkout itself is not lent.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


def run(command: list[str | Path], cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env=bare_environment(cwd), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def bare_environment(home: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8"}


def test_the_wheel_carries_every_file_of_the_product_and_nothing_else(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "config.py", "turnero", *CARRIED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    wanted = {f"turnero/{name}" if name.startswith(CARRIED) else name for name in tracked if (ROOT / name).exists()}
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert carried == wanted


@pytest.fixture(scope="module")
def asked(installed, tmp_path_factory) -> list[str]:
    """Where the installed product and its files are, and then the lines of ``turnero holidays 2027``."""
    resources = "".join(f", resource({name!r})" for name in CARRIED)
    question = f"""
import runpy, sys
import turnero, config
from turnero.core.paths import resource
print(turnero.__file__, config.__file__{resources})
sys.argv = ["turnero", "holidays", "2027"]
runpy.run_path({str(installed / "turnero")!r}, run_name="__main__")
"""
    return run([installed / "python", "-c", question], tmp_path_factory.mktemp("anywhere")).splitlines()


def test_the_installed_product_reads_its_own_files(installed, asked):
    paths = asked[0].split()
    assert len(paths) == 2 + len(CARRIED)
    for path in paths:
        assert Path(path).exists()
        assert Path(path).is_relative_to(installed.parent)


def test_the_command_line_speaks_from_anywhere(asked):
    assert any("2027-11-01" in line for line in asked[1:])


@contextmanager
def demo(installed: Path, folder: Path) -> Iterator[str]:
    """A demonstration on a free port, until it has been told to stop and has stopped well; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    command = [installed / "turnero", "demo", "--port", address.rpartition(":")[2]]
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=bare_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)  # another process: there is nothing to wait on but its port
        yield address
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def answers(address: str) -> bool:
    try:
        urlopen(address, timeout=10).close()
    except URLError:
        return False
    return True


def fetch(address: str) -> Page:
    with urlopen(address, timeout=10) as answer:
        return reader.check(answer.read().decode())


def test_the_demonstration_runs_from_the_wheel(installed, tmp_path):
    with demo(installed, tmp_path) as address:
        assert "Genere su turno" in fetch(f"{address}/").text
        assert fetch(f"{address}/turno").form().one("input", name="cedula")
    assert (tmp_path / "instance" / "turnero.sqlite3").exists()
