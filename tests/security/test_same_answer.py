"""Answers and times do not reveal known cédulas, turns or accounts before a proof.

Same status, bytes and headers; and the same time, as far as ranks can tell: samples in random order, compared so
strictly that chance raises a false alarm less than once in a million runs, with a control that must be noticed.
"""

import random
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import islice

import pytest
from flask.testing import FlaskClient

from tests.support.inspection.ranks import SUSPICIOUS, rank_z, tells_apart
from tests.support.rows.build import create_agency, create_citizen, create_desk, create_procedure, next_workday
from tests.support.rows.journeys import cedula
from tests.support.rows.visits import booked
from turnero.booking.journey import steps
from turnero.booking.pages.journey import person
from turnero.booking.turn.models import Journey
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff import accounts, passwords, totp
from turnero.staff.accounts import Post
from turnero.verify.models import Citizen

KINDS = ("unknown", "known", "with a turn", "with all turns")
SAMPLES = 35  # two kinds that never overlap are then 7.2 deviations apart, and 5.5 are suspicious
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HANDED_OUT = re.compile(r'name="csrf_token" value="[^"]+"|/turno/[\w-]{22}|\d+')
PASSWORD = "cometa lenta azul"


@dataclass
class Answers:
    """What one cédula was answered at each step, and how many seconds each took."""

    seen: list
    seconds: list


def numbers_of(kind, many):
    """``many`` numbers of people of a kind; none belongs to two."""
    first = 1000 * (KINDS.index(kind) + 1)
    return range(first, first + many)


def prepare(many):
    """People of each kind; a turn of each trámite is on a day of its own."""
    days = list(islice(workdays(), 3))
    places = [
        (create_desk(each.line, windows=9), each, day) for each, day in zip(three_procedures(), days, strict=True)
    ]
    for kind in KINDS[1:]:
        for number in numbers_of(kind, many):
            create_citizen(cedula(number))
    for kind, turns in (("with a turn", 1), ("with all turns", 3)):
        for index, number in enumerate(numbers_of(kind, many)):
            for which, (desk, procedure, day) in enumerate(places[:turns]):
                booked(desk, procedure, 480 + 20 * (index % 27), number, day=day, **channels(which, number))
    db.session.rollback()


def channels(which, number):
    """Of one person's turns each has its own, or they would be too many for one."""
    address = f"turno{which}.persona{number}@example.ec"
    mobile = f"+5939{which + 1}{number:07}"
    return {"email": address, "mailbox": address, "mobile": mobile, "browser": f"browser-{which}-{number}"}


def three_procedures():
    return [create_procedure(minutes=20) for _ in range(3)]


def workdays():
    """The next ones, for ever."""
    day = next_workday()
    while True:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


class Browser(FlaskClient):
    """Reads nothing but what it is given: the strict client's reading would be most of the time."""

    def open(self, *args, **kwargs):
        with self.application.app_context():  # of its own, as on a server
            return super().open(*args, **kwargs)


def browser(app):
    return Browser(app, app.response_class, use_cookies=True)


def begun(app, address="/turno"):
    """A new browser and the form token of its first page."""
    client = browser(app)
    return client, {"csrf_token": TOKEN.search(client.get(address).text)[1]}


def ask(app, number):
    """The steps up to the code, by a browser of its own."""
    client, form = begun(app)
    answers = Answers([], [])

    def step(method, address, **fields):
        began = time.perf_counter()
        answer = client.open(address, method=method, data=fields or None)
        answers.seconds.append(time.perf_counter() - began)
        headers = sorted((name, HANDED_OUT.sub("#", value)) for name, value in answer.headers)
        answers.seen.append((answer.status_code, headers, HANDED_OUT.sub("#", answer.text)))
        return answer

    contact = step("POST", "/turno", **form, cedula=cedula(number)).location
    step("GET", contact)
    email = f"persona{number}@example.ec"
    code = step("POST", contact, **form, correo=email, celular="0991234567").location
    step("GET", code)
    step("POST", code, **form, codigo="12345")
    step("POST", code.replace("verificar", "reenviar"), **form)
    step("GET", code.replace("verificar", "lugar"))
    return answers


def test_every_cedula_gets_the_same_bytes(app):
    prepare(2)
    answers = {kind: [ask(app, number).seen for number in numbers_of(kind, 2)] for kind in KINDS}
    first = answers["unknown"][0]
    assert [status for status, _, _ in first] == [303, 200, 303, 200, 422, 429, 303]
    for kind in KINDS:
        for seen in answers[kind]:
            assert seen == first, kind


def test_an_answer_that_knows_more_would_be_seen(sqlite_app, monkeypatch):
    """The control of the test above."""
    prepare(1)
    told = person.show_contact

    def telling(key):
        answer = told(key)
        if db.session.get(Citizen, db.session.get(Journey, key).cedula):
            answer.headers["X-Known"] = "yes"
        return answer

    first = ask(sqlite_app, numbers_of("known", 1)[0]).seen
    monkeypatch.setitem(sqlite_app.view_functions, "journey.contacto", telling)
    assert ask(sqlite_app, numbers_of("unknown", 1)[0]).seen == first
    assert ask(sqlite_app, numbers_of("known", 1)[0]).seen != first


@pytest.mark.timeout(240)
def test_every_cedula_takes_the_same_time(sqlite_app):
    prepare(SAMPLES)
    order = [(kind, number) for kind in KINDS for number in numbers_of(kind, SAMPLES)]
    random.shuffle(order)
    taken = {kind: [] for kind in KINDS}
    for kind, number in order:
        taken[kind].append(ask(sqlite_app, number).seconds)
    for kind in KINDS[1:]:
        for step in range(len(taken[kind][0])):
            one, unknown = ([seconds[step] for seconds in taken[each]] for each in (kind, "unknown"))
            assert not tells_apart(one, unknown), (kind, step)


def test_a_look_up_before_the_proof_would_be_noticed(sqlite_app, monkeypatch):
    """The control: some milliseconds more for those whom the registry knows."""
    for number in numbers_of("known", SAMPLES):
        create_citizen(cedula(number))
    start = steps.start_journey

    def slow_start(browser, number):
        if db.session.get(Citizen, number) is not None:
            time.sleep(0.02)
        return start(browser, number)

    monkeypatch.setattr(steps, "start_journey", slow_start)
    order = [(kind, number) for kind in KINDS[:2] for number in numbers_of(kind, SAMPLES)]
    random.shuffle(order)
    taken = {kind: [] for kind in KINDS[:2]}
    for kind, number in order:
        client, form = begun(sqlite_app)
        began = time.perf_counter()
        assert client.post("/turno", data=form | {"cedula": cedula(number)}).status_code == 303
        taken[kind].append(time.perf_counter() - began)
    assert tells_apart(taken["known"], taken["unknown"])


@pytest.mark.parametrize(("shift", "seen"), [(0, False), (2, True)])
def test_the_ranks_tell_chance_from_a_difference(shift, seen):
    chance = random.Random(7)  # noqa: S311 (spreads samples, no secret)
    one, other = ([chance.gauss(10 + more, 1) for _ in range(100)] for more in (shift, 0))
    assert (rank_z(one, other) > SUSPICIOUS) is seen
    assert rank_z(one, other) == -rank_z(other, one)
    assert rank_z([1, 1], [1, 1]) == 0


# Accounts

WRONG = ("unknown", "wrong password", "disabled", "not activated", "no second factor", "wrong second factor")
TRIES = 35


def create_accounts(kinds, many):
    """Accounts of each kind but the unknown, ``many`` of each, all with addresses of one length."""
    agency = create_agency()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hashed", cache(passwords.hashed))  # all have the same, and each takes its time
        for kind in kinds[1:]:
            role = "supervisor" if "factor" in kind else "window"
            for number in range(many):
                address = address_of(kind, number)
                link = accounts.add_account(address, Post(role, agency.id))
                if kind != "not activated":
                    activate(link)
                if kind == "disabled":
                    accounts.disable(address)


def activate(link):
    account = accounts.to_activate(link)
    secret = accounts.totp_secret(account)
    accounts.activate(link, PASSWORD, totp.code_at(secret, clock.now()) if secret else "")


def address_of(kind, number):
    return f"cuenta{WRONG.index(kind)}{number:04}@example.ec"


def sign_in(app, kind, number):
    """One try from a source of its own: seconds, and what came back."""
    client, form = begun(app, "/agencia/entrar")
    client.environ_base["REMOTE_ADDR"] = f"192.0.{WRONG.index(kind)}.{number + 1}"
    right = kind in ("disabled", "no second factor", "wrong second factor")
    fields = {"correo": address_of(kind, number), "clave": PASSWORD if right else "otra clave larga"}
    fields["totp"] = "000000" if kind == "wrong second factor" else ""
    began = time.perf_counter()
    answer = client.post("/agencia/entrar", data=fields | form)
    seconds = time.perf_counter() - began
    headers = sorted((name, HANDED_OUT.sub("#", value)) for name, value in answer.headers)
    return seconds, (answer.status_code, headers, HANDED_OUT.sub("#", answer.text))


def test_every_wrong_sign_in_gets_the_same_bytes(app):
    create_accounts(WRONG, 1)
    first = sign_in(app, "unknown", 0)[1]
    assert first[0] == 422
    for kind in WRONG[1:]:
        assert sign_in(app, kind, 0)[1] == first, kind
    for kind in WRONG:  # and once it must wait
        waits = [sign_in(app, kind, 0)[1] for _ in range(5)]
        assert [status for status, _, _ in waits] == [422] * 4 + [429]
        assert waits[-1][1:] == sign_in(app, "unknown", 0)[1][1:], kind


def seconds_of_sign_ins(app, kinds):
    order = [(kind, number) for kind in kinds for number in range(TRIES)]
    random.shuffle(order)
    taken = {kind: [] for kind in kinds}
    for kind, number in order:
        taken[kind].append(sign_in(app, kind, number)[0])
    return taken


@pytest.mark.usefixtures("costly_passwords")
def test_an_account_takes_as_long_as_none(sqlite_app):
    create_accounts(WRONG[:4], TRIES)
    taken = seconds_of_sign_ins(sqlite_app, WRONG[:4])
    for kind in WRONG[1:4]:
        assert not tells_apart(taken[kind], taken["unknown"]), kind


@pytest.mark.usefixtures("costly_passwords")
def test_a_password_compared_only_where_there_is_one_would_be_noticed(sqlite_app, monkeypatch):
    """The control of the test above."""
    create_accounts(WRONG[:2], TRIES)
    compare = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda typed, kept: kept is not None and compare(typed, kept))
    taken = seconds_of_sign_ins(sqlite_app, WRONG[:2])
    assert tells_apart(taken["wrong password"], taken["unknown"])
