"""``turnero demo`` as a new user starts it: once, again, and anew."""

import json
import re
import stat
import time
from contextlib import contextmanager

import pytest
from click import ClickException

from config import Settings
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, run, running
from turnero import clock, create_app, serving
from turnero.db import transaction
from turnero.extensions import db
from turnero.staff import accounts, devices, totp
from turnero.verify.challenge import CodePolicy, Recipient, issue

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 90
LAST_LINE = "Ctrl-C la detiene.\n"
LETTER = re.compile(r'href="(/buzon/[^"]+)"')


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "demo"


@contextmanager
def demonstration(folder, *options):
    """A demonstration that answers, with its port and what it said; ended as a person's machine would end it."""
    with started(folder, *options) as (process, port, said):
        yield port, said
        process.terminate()
        rest, _ = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in rest) == (0, False), rest
    serving.check_port("127.0.0.1", port)  # nothing of it is left


@contextmanager
def started(folder, *options):
    port = free_port()
    arguments = ["demo", "--port", str(port), "--data", str(folder), *options]
    with running(*arguments, environ={"PYTHONUNBUFFERED": "1"}) as process:
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


def test_a_first_demonstration_says_where_it_is_and_shows_the_mails_it_sends(folder):
    with demonstration(folder) as (port, said):
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


def test_another_start_goes_on_with_the_same_keys_and_letters_and_a_fresh_one_forgets_only_its_own(folder):
    with demonstration(folder) as (port, _):
        with inside(folder):
            ask_for_code("ana@example.ec")
        before = letters(port)
    keys = keys_of(folder)
    (folder / "notes.txt").write_text("of a person")
    with demonstration(folder) as (port, _):
        assert (letters(port), keys_of(folder)) == (before, keys)
    with demonstration(folder, "--fresh") as (port, _):
        assert LETTER.findall(answer(port, "/buzon")[1]) == []
        assert keys_of(folder) != keys
    assert (folder / "notes.txt").read_text() == "of a person"


def test_the_staff_of_the_demonstration_can_come_in_and_its_devices_are_paired_once(folder):
    with demonstration(folder) as (_, said):
        logins = dict(re.findall(r"^  (\S+@demo\.example) / clave (\S+)", said, re.MULTILINE))
        links = re.findall(r"/dispositivo/(\S+)", said)
        assert (len(logins), len(links)) == (4, 2)
        with inside(folder):
            secrets = dict(re.findall(r"^  (\S+@demo\.example) / .*TOTP (\S+)", said, re.MULTILINE))
            assert set(secrets) == {"supervisor@demo.example", "admin@demo.example"}
            for email, password in logins.items():
                code = totp.code_at(secrets[email], clock.now()) if email in secrets else ""
                assert accounts.sign_in(accounts.Attempt(email, password, code, "source", "browser"))
            devices.pair(links[0])
    assert stat.S_IMODE((folder / "staff.json").stat().st_mode) == 0o600
    with demonstration(folder) as (_, said):
        assert dict(re.findall(r"^  (\S+@demo\.example) / clave (\S+)", said, re.MULTILINE)) == logins
        assert len(re.findall(r"/dispositivo/(\S+)", said)) == 1


def test_two_demonstrations_do_not_share_a_folder(folder):
    with demonstration(folder):
        status, said = run("demo", "--port", str(free_port()), "--data", str(folder), "--fresh", environ={})
    assert (status, said) == (1, f"Error: Ya hay una demostración en marcha con los datos de {folder}.\n")


def test_after_a_kill_no_worker_stays_behind_and_the_next_start_goes_on(folder):
    with started(folder) as (process, port, _):
        process.kill()
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_free(port):
        assert time.monotonic() < until, "a worker still listens"
        time.sleep(0.1)  # the workers notice by themselves
    with demonstration(folder):
        pass


def is_free(port):
    try:
        serving.check_port("127.0.0.1", port)
    except ClickException:
        return False
    return True
