"""``turnero demo``: first start, restart, and reset."""

import json
import re
import shutil
import stat
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click import ClickException

from config import Settings
from tests.support.servers.forked import run, running
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer
from turnero import create_app
from turnero.core import clock
from turnero.core.db import transaction
from turnero.core.extensions import db
from turnero.operations import serving
from turnero.staff import accounts, devices, totp
from turnero.verify.challenge import CodePolicy, Recipient, issue

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 90
LAST_LINE = "Ctrl-C la detiene.\n"
LETTER = re.compile(r'href="(/buzon/[^"]+)"')
# A process of the web server imports the product once more: one is enough here. tests/test_wheel.py starts them all.
ONE_WORKER = """
from turnero import cli
from turnero.operations import serving
serve = serving.serve
serving.serve = lambda host, port, workers, threads: serve(host, port, 1, threads)
cli.main()
"""
# Everything but the web server, for what a start does to the folder: pages come from a thread.
NO_WORKER = """
import signal
from threading import Thread
import turnero
from tests.support.servers.server import Quiet
from turnero import cli
from turnero.operations import serving
from werkzeug.serving import make_server

def serve(host, port, workers, threads):
    server = make_server(host, port, turnero.create_app(), threaded=True, request_handler=Quiet)
    signal.signal(signal.SIGTERM, lambda *_: Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    server.server_close()

serving.serve = serve
cli.main()
"""


@dataclass(frozen=True)
class Past:
    """An ended demonstration: what it printed, its letters and keys, and a copy of its folder."""

    output: str
    letters: list[str]
    keys: dict[str, str]
    folder: Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A first demonstration behind the web server: its folder, its port and what it said."""
    folder = tmp_path_factory.mktemp("shown") / "demo"
    with demonstration(folder, program=ONE_WORKER) as (port, said):
        yield folder, port, said


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A demonstration that sent one letter and ended; tests go on from a copy of its folder (``past``)."""
    folder = tmp_path_factory.mktemp("ended") / "demo"
    with demonstration(folder) as (port, said):
        with inside(folder):
            ask_for_code("ana@example.ec")
        return Past(said, letters(port), keys_of(folder), folder)


@pytest.fixture
def past(ended, tmp_path):
    return replace(ended, folder=shutil.copytree(ended.folder, tmp_path / "demo"))


@contextmanager
def demonstration(folder, *options, program=NO_WORKER):
    """A demonstration that answers, with its port and what it said; ended as a person's machine would end it."""
    with started(folder, *options, program=program) as (process, port, said):
        yield port, said
        process.terminate()
        rest, _ = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in rest) == (0, False), rest
    serving.check_port("127.0.0.1", port)  # nothing of it is left


@contextmanager
def started(folder, *options, program):
    port = free_port()
    arguments = ["demo", "--port", str(port), "--data", str(folder), *options]
    with running(*arguments, environ={}, program=program) as process:
        said = greeting(process)
        try:
            assert answer(port, "/buzon")[0] == 200
        except OSError as error:
            process.terminate()
            pytest.fail(f"{error}: {process.communicate()[0]}")
        yield process, port, said


def greeting(process):
    said = ""
    for line in process.stdout:
        if line == LAST_LINE:
            return said
        said += line
    pytest.fail(f"the demonstration ended: {said}")


@contextmanager
def inside(folder):
    """The demonstration's own database, beside it."""
    environ = {
        "TURNERO_ENV": "demo",
        "TURNERO_DATA": str(folder),
        "TURNERO_DATABASE_URL": f"sqlite:///{folder / 'turnero.sqlite3'}",
    }
    app = create_app(Settings.from_environ(environ | keys_of(folder)))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def keys_of(folder):
    return json.loads((folder / "keys.json").read_text())


@transaction
def ask_for_code(address):
    issue(Recipient("journey", "browser", address, address), CodePolicy(), now=clock.now())


def letters(port):
    """The addresses of the letters in the mailbox, newest first; waits for the first one."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := LETTER.findall(answer(port, "/buzon")[1])):
        assert time.monotonic() < until, "no letter arrived"
        time.sleep(0.1)  # a person would press reload
    return found


def test_a_first_demonstration_says_where_it_is_and_shows_the_mails_it_sends(shown):
    folder, port, said = shown
    assert f"http://127.0.0.1:{port}\n" in said
    assert f"http://127.0.0.1:{port}/buzon\n" in said
    assert len(re.findall(r"\b\d{10}\b", said)) == 3
    with inside(folder):
        ask_for_code("ana@example.ec")
    status, page = answer(port, letters(port)[0])
    assert status == 200
    assert "Verificar IESS turno online" in page
    assert re.search(r'<p class="reference">\d{6}</p>', page)
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600


def test_another_start_goes_on_with_the_same_keys_and_letters_and_a_fresh_one_forgets_only_its_own(past):
    (past.folder / "notes.txt").write_text("of a person")
    with demonstration(past.folder) as (port, _):
        assert (letters(port), keys_of(past.folder)) == (past.letters, past.keys)
    with demonstration(past.folder, "--fresh") as (port, _):
        assert LETTER.findall(answer(port, "/buzon")[1]) == []
        assert keys_of(past.folder) != past.keys
    assert (past.folder / "notes.txt").read_text() == "of a person"


def test_the_staff_of_the_demonstration_can_come_in_and_its_devices_are_paired_once(past):
    logins = dict(re.findall(r"^  (\S+@demo\.example) / clave (\S+)", past.output, re.MULTILINE))
    links = re.findall(r"/dispositivo/(\S+)", past.output)
    assert (len(logins), len(links)) == (4, 2)
    with inside(past.folder):
        secrets = dict(re.findall(r"^  (\S+@demo\.example) / .*TOTP (\S+)", past.output, re.MULTILINE))
        assert set(secrets) == {"supervisor@demo.example", "admin@demo.example"}
        for email, password in logins.items():
            code = totp.code_at(secrets[email], clock.now()) if email in secrets else ""
            assert accounts.sign_in(accounts.Attempt(email, password, code, "source", "browser"))
        devices.pair(links[0])
    assert stat.S_IMODE((past.folder / "staff.json").stat().st_mode) == 0o600
    with demonstration(past.folder) as (_, said):
        assert dict(re.findall(r"^  (\S+@demo\.example) / clave (\S+)", said, re.MULTILINE)) == logins
        assert len(re.findall(r"/dispositivo/(\S+)", said)) == 1


def test_two_demonstrations_do_not_share_a_folder(shown):
    folder, _, _ = shown
    status, said = run("demo", "--port", str(free_port()), "--data", str(folder), "--fresh", environ={})
    assert (status, said) == (1, f"Error: Ya hay una demostración en marcha con los datos de {folder}.\n")


def test_after_a_kill_no_worker_stays_behind_and_the_next_start_goes_on(past):
    with started(past.folder, program=ONE_WORKER) as (process, port, _):
        assert (letters(port), keys_of(past.folder)) == (past.letters, past.keys)
        process.kill()
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_free(port):
        assert time.monotonic() < until, "a worker still listens"
        time.sleep(0.1)  # the workers notice by themselves
    with demonstration(past.folder) as (port, _):
        assert (letters(port), keys_of(past.folder)) == (past.letters, past.keys)


def is_free(port):
    try:
        serving.check_port("127.0.0.1", port)
    except ClickException:
        return False
    return True
