"""The proof renews the browser id: planted or copied cookies give no access, and caps continue."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker, browser_of, newest_code, token_of
from tests.support.rows.build import create_agency, create_citizen
from tests.support.rows.staff import create_account, signed_in
from turnero.booking.turn.models import Journey
from turnero.core.extensions import db
from turnero.staff.models import StaffSession
from turnero.verify.models import Challenge

PLANTED = "a-cookie-that-somebody-has-planted-in-the-browser"[:48]
CONTACT = {"correo": "ana.demo@example.ec", "celular": "0991234567"}


@pytest.fixture
def at_code(app, client):
    """A journey that waits for its code, in a browser whose cookie somebody else knows."""
    create_citizen("1700000001")
    client.set_cookie("turnero", PLANTED)
    walker = Walker.begin(client)
    walker.post("contacto", **CONTACT)
    return walker


def thief_of(app):
    thief = app.test_client()
    thief.set_cookie("turnero", PLANTED)
    return thief


def test_a_planted_cookie_opens_nothing_after_the_proof(app, client, at_code):
    thief = thief_of(app)
    assert thief.get(at_code.address("contacto")).status_code == 200  # until then it is the same browser
    assert at_code.post("verificar", codigo=newest_code(at_code.key)).status_code == 303
    assert client.get_cookie("turnero").value != PLANTED
    assert at_code.get("lugar").status_code == 200
    for step in ("contacto", "verificar", "lugar", "horario", "confirmar"):
        assert thief.get(at_code.address(step)).status_code == 404


def test_a_wrong_code_changes_no_cookie(client, at_code):
    right = newest_code(at_code.key)
    at_code.post("verificar", codigo="000000" if right != "000000" else "111111")
    assert client.get_cookie("turnero").value == PLANTED


def test_what_the_browser_did_goes_on_counting(app, client, at_code):
    other = Walker.begin(client, "0900000001")
    at_code.post("verificar", codigo=newest_code(at_code.key))
    db.session.rollback()
    name = browser_of(client)
    assert set(db.session.scalars(select(Journey.browser))) == {name}
    assert set(db.session.scalars(select(Challenge.browser))) == {name}
    assert other.get("contacto").status_code == 200


def test_a_form_in_another_tab_stays_good(client, at_code):
    client.get("/turno")
    data = {"cedula": "0900000001", "csrf_token": token_of(client)}
    at_code.post("verificar", codigo=newest_code(at_code.key))
    assert client.post("/turno", data=data).status_code == 303


def test_a_code_sent_twice_at_once_leads_on_both_times(app, client, at_code):
    client.get(at_code.address("verificar"))
    data = {"codigo": newest_code(at_code.key), "csrf_token": token_of(client)}
    again = thief_of(app)  # the same press once more, sent before the first answer came
    assert client.post(at_code.address("verificar"), data=data).location == at_code.address("lugar")
    assert again.post(at_code.address("verificar"), data=data).location == at_code.address("lugar")


def test_a_proof_whose_answer_was_lost_is_sent_again_and_gives_the_same_cookie(app, client, at_code):
    client.get(at_code.address("verificar"))
    data = {"codigo": newest_code(at_code.key), "csrf_token": token_of(client)}
    unheard = thief_of(app)  # the answer to this press never arrives
    unheard.post(at_code.address("verificar"), data=data)
    assert client.post(at_code.address("verificar"), data=data).location == at_code.address("lugar")
    assert client.get_cookie("turnero").value == unheard.get_cookie("turnero").value != PLANTED
    assert at_code.get("lugar").status_code == 200


@pytest.mark.parametrize("typed", ["wrong code", "no code", "code too old"])
def test_a_planted_cookie_cannot_prove_again_without_the_code(client, at_code, clock_shift, typed):
    thief = thief_of(client.application)
    thief.get(at_code.address("verificar"))
    token, right = token_of(thief), newest_code(at_code.key)
    at_code.post("verificar", codigo=right)
    code = {"wrong code": "000000" if right != "000000" else "111111", "no code": "", "code too old": right}[typed]
    if typed == "code too old":
        clock_shift(timedelta(minutes=11))
    answer = thief.post(at_code.address("verificar"), data={"codigo": code, "csrf_token": token})
    assert (answer.status_code, thief.get_cookie("turnero").value) == (404, PLANTED)


def test_a_code_posted_again_by_a_planted_cookie_counts_its_wrong_tries(client, at_code):
    thief = thief_of(client.application)
    thief.get(at_code.address("verificar"))
    token, right = token_of(thief), newest_code(at_code.key)
    at_code.post("verificar", codigo=right)
    wrong = [f"{number:06}" for number in range(6) if f"{number:06}" != right][:5]
    for code in [*wrong, right]:
        thief.post(at_code.address("verificar"), data={"codigo": code, "csrf_token": token})
    assert thief.get_cookie("turnero").value == PLANTED


def test_a_registry_that_does_not_know_the_person_renews_it_too(client):
    client.set_cookie("turnero", PLANTED)
    walker = Walker.begin(client)
    walker.post("contacto", **CONTACT)
    walker.post("verificar", codigo=newest_code(walker.key))
    assert client.get_cookie("turnero").value != PLANTED
    assert walker.get("lugar").status_code == 200


def test_a_clerks_browser_stays_known_for_signing_in(app, client, at_code):
    account = create_account(create_agency())
    signed_in(app, account)
    session = db.session.scalars(select(StaffSession)).one()
    session.browser = browser_of(client)
    db.session.commit()
    at_code.post("verificar", codigo=newest_code(at_code.key))
    db.session.rollback()
    assert db.session.scalars(select(StaffSession.browser)).one() == browser_of(client)
