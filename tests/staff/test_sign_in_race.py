"""Sign-ins at the same moment: a code counts once, a burst of guesses gets five tries, a window has one clerk."""

import time
from collections import Counter
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import event, func, select

from tests.support.rows.build import create_agency
from tests.support.rows.staff import create_account, session_key
from tests.support.scenes.crowd import all_at_once
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff import accounts, cookies, sessions, totp
from turnero.staff.accounts import Attempt, Post, SignInRefused, SignInTooSoon
from turnero.staff.models import SignInFailure, StaffSession

EMAIL, PASSWORD = "rosa@example.ec", "cometa lenta azul"
CROWD = 20


def come_in(attempt):
    try:
        return accounts.sign_in(attempt) and "in"
    except (SignInRefused, SignInTooSoon) as error:
        return error.code


def test_twenty_at_once_with_one_code_make_one_session(app):
    token = accounts.add_account(EMAIL, Post("supervisor", create_agency().id))
    secret = accounts.totp_secret(accounts.to_activate(token))
    step = totp.STEP
    accounts.activate(token, PASSWORD, totp.code_at(secret, clock.now() - step))
    code = totp.code_at(secret, clock.now())
    tries = [Attempt(EMAIL, PASSWORD, code, f"source-{number}", f"browser-{number}") for number in range(CROWD)]
    came = Counter(all_at_once(app, [partial(come_in, attempt) for attempt in tries]))
    assert came == {"in": 1, "sign_in_refused": CROWD - 1}


def burst(app):
    """How many of twenty wrong guesses at once were compared with the password."""
    guesses = [Attempt(EMAIL, f"wrong {number}", "", "one source", f"browser-{number}") for number in range(CROWD)]
    return Counter(all_at_once(app, [partial(come_in, guess) for guess in guesses]))["sign_in_refused"]


@pytest.fixture
def rosa(app):
    accounts.activate(accounts.add_account(EMAIL, Post("window", create_agency().id)), PASSWORD, "")


@pytest.mark.usefixtures("rosa")
def test_a_burst_of_guesses_gets_five_tries(app):
    assert burst(app) == 5
    assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 5


@pytest.mark.usefixtures("rosa")
def test_control_looked_at_first_and_counted_afterwards_the_burst_gets_them_all(app, monkeypatch):
    all_have_looked = Barrier(CROWD)
    look, count = accounts.check_pace, accounts._count_as_wrong

    def look_first(attempt):
        look(attempt)
        db.session.rollback()
        all_have_looked.wait(timeout=60)
        return count(attempt)

    monkeypatch.setattr(accounts, "_count_as_wrong", look_first)
    monkeypatch.setattr(accounts, "check_pace", lambda _: None)
    assert burst(app) == CROWD


def sit_down_at_once(app):
    """How many of eight clerks still sit at window 3 after they all sat down there."""
    agency = create_agency()
    keys = [cookies.cookie_hash_of(session_key(create_account(agency), None)) for _ in range(8)]
    numbers = db.session.scalars(select(StaffSession.id).where(StaffSession.key_hash.in_(keys))).all()
    all_at_once(app, [partial(sessions.sit_down, number, 3, None) for number in numbers])
    return db.session.scalar(select(func.count()).select_from(StaffSession).where(StaffSession.window == 3))


def test_a_window_has_one_clerk_however_many_sit_down_at_once(app):
    assert sit_down_at_once(app) == 1


def pause(_):
    time.sleep(0.3)  # nobody commits before everybody has looked


@pytest.mark.engines("postgresql")
def test_control_without_the_lock_several_stay(app, monkeypatch, request):
    monkeypatch.setattr(database, "lock", lambda *_: None)
    event.listen(db.session, "before_commit", pause)
    request.addfinalizer(lambda: event.remove(db.session, "before_commit", pause))
    assert sit_down_at_once(app) > 1
