"""Two replicas over one database count as one: tries, mails, sign-outs. On both engines, over HTTP."""

from functools import partial

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker, newest_code, token_of
from tests.support.rows.build import create_agency, create_citizen
from tests.support.rows.staff import create_account, signed_in
from tests.support.scenes.crowd import all_at_once
from tests.support.servers.replicas import replica_of, same_browser
from turnero.booking.journey import steps
from turnero.booking.turn.models import Journey
from turnero.core.extensions import db
from turnero.staff import accounts
from turnero.staff.models import Account
from turnero.verify.challenge import CodeTriesSpent, CodeWrong
from turnero.verify.models import CodeTries

EMAIL, MOBILE = "ana.demo@example.ec", "0991234567"


@pytest.fixture
def other(app):
    """The second replica."""
    with replica_of(app) as made:
        yield made


@pytest.fixture
def at_code(app, client):
    create_citizen("1700000001")
    walker = Walker.begin(client)
    walker.post("contacto", correo=EMAIL, celular=MOBILE)
    return walker


def wrong(code):
    return "000000" if code != "000000" else "111111"


def test_the_first_cookie_brings_no_try_back(app, client, at_code):
    first_cookie = same_browser(client, app)
    code = newest_code(at_code.key)
    for _ in range(5):
        at_code.post("verificar", codigo=wrong(code))
    first_cookie.get(at_code.address("verificar"))
    assert Walker(first_cookie, at_code.key).post("verificar", codigo=code).status_code == 422
    assert db.session.scalars(select(Journey.verified_at)).one() is None


def test_wrong_codes_at_two_replicas_are_five_in_all(app, other, client, at_code):
    code = newest_code(at_code.key)
    browser = db.session.scalars(select(Journey.browser)).one()

    def guess(replica):
        with replica.app_context():
            try:
                steps.prove(at_code.key, browser, wrong(code), browser)
            except CodeWrong:
                return "judged"
            except CodeTriesSpent:
                return "spent"

    answers = all_at_once(app, [partial(guess, each) for each in (app, other)] * 15)
    assert answers.count("judged") <= 4  # the fifth is told that none is left
    db.session.rollback()
    assert db.session.scalars(select(CodeTries.tries)).one() == 5
    with pytest.raises(CodeTriesSpent):
        steps.prove(at_code.key, browser, code, browser)


def test_mails_of_a_mailbox_are_counted_over_replicas(app, other):
    answers = []
    for number in range(6):
        walker = Walker.begin((app, other)[number % 2].test_client())
        answers.append(walker.post("contacto", correo=EMAIL, celular=MOBILE).status_code)
    assert answers == [303] * 5 + [429]


@pytest.mark.parametrize("end", ["signed out", "disabled"])
def test_signing_out_or_disabling_takes_effect_on_every_replica(app, other, end):
    account = create_account(create_agency())
    here = signed_in(app, account)
    there = same_browser(here, other)
    assert there.get("/agencia/agenda").status_code == 200
    if end == "disabled":
        accounts.disable(db.session.scalars(select(Account.email)).one())
    else:
        here.get("/agencia/agenda")
        here.post("/agencia/salir", data={"csrf_token": token_of(here)})
    assert there.get("/agencia/agenda").status_code == 303
