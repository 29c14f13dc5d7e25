"""Key rotation: forms, codes, links and second factors keep working.

Each test has its control: with the old keys forgotten at once, it does.
"""

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker, newest_code, token_of
from tests.support.rows.build import create_agency, create_desk, create_procedure, next_workday
from tests.support.rows.turns import book
from tests.support.servers.replicas import replica_of, same_browser
from turnero.booking.person import owner, privacy
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking, Journey
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff import accounts, totp
from turnero.staff.accounts import Attempt, Post, SignInRefused

NEW = {"secret_key": "another-secret-key-0123456789", "code_key": "another-code-key-9876543210"}
PASSWORD = "cometa lenta azul"
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture(params=["kept", "forgotten"])
def kept(request):
    """Whether the keys before the change are still listed."""
    return request.param == "kept"


@pytest.fixture
def changed(app, kept):
    """The fields of the settings after the change."""
    settings = app.config["SETTINGS"]
    old = {"secret_key_fallbacks": (settings.secret_key,), "code_key_fallbacks": (settings.code_key,)}
    return NEW | (old if kept else {})


@pytest.fixture
def turn(app):
    procedure = create_procedure()
    desk = create_desk(procedure.line)
    return book(desk, procedure, next_workday())


def test_a_form_that_stood_open_still_counts(app, client, changed, kept):
    client.get("/turno")
    data = {"cedula": "1700000001", "csrf_token": token_of(client)}
    with replica_of(app, **changed) as later:
        answer = same_browser(client, later).post("/turno", data=data)
        assert answer.status_code == (303 if kept else 400)


def test_a_code_that_was_mailed_still_counts(app, client, changed, kept):
    walker = Walker.begin(client)
    walker.post("contacto", correo="ana.demo@example.ec", celular="0991234567")
    code = newest_code(walker.key)
    with replica_of(app, **changed) as later:
        browser = same_browser(client, later)
        browser.get(walker.address("verificar"))
        answer = Walker(browser, walker.key).post("verificar", codigo=code)
        assert answer.status_code == (303 if kept else 422)


def test_a_new_mail_carries_the_same_link(app, turn, changed, kept):
    with replica_of(app, **changed) as later:
        booking = queries.booking_by_token(turn)
        assert (queries.token_of(booking) == turn) is kept
        assert later.test_client().get(f"/mi-turno/{turn}").status_code == 200  # found by hash, so never dead


def test_a_turn_is_made_with_the_new_key(app, changed):
    with replica_of(app, **changed):
        procedure = create_procedure()
        token = book(create_desk(procedure.line), procedure, next_workday())
    assert queries.booking_by_token(token)
    assert queries.token_of(db.session.scalars(select(Booking)).one()) != token


def test_undone_twice_by_its_owner_a_turn_leads_to_one_journey(app, turn, changed, kept):
    booking = queries.booking_by_token(turn)
    nonce = booking.id
    first = owner._journey_key(booking)
    db.session.add(Journey(key=first, browser="b", cedula=booking.cedula, created_at=clock.now()))
    db.session.commit()
    with replica_of(app, **changed):
        assert (owner._journey_key(db.session.get_one(Booking, nonce)) == first) is kept


def test_a_second_factor_still_opens(app, changed, kept):
    token = accounts.add_account("eva@example.ec", Post("supervisor", create_agency().id))
    secret = accounts.totp_secret(accounts.to_activate(token))
    db.session.rollback()
    accounts.activate(token, PASSWORD, totp.code_at(secret, clock.now() - totp.STEP))
    attempt = Attempt("eva@example.ec", PASSWORD, totp.code_at(secret, clock.now()), "source", "browser")
    with replica_of(app, **changed):
        if kept:
            assert accounts.sign_in(attempt)
        else:
            with pytest.raises(SignInRefused):
                accounts.sign_in(attempt)


def test_an_erased_person_is_found_under_the_old_pseudonym(app, turn, changed, kept):
    booking = queries.booking_by_token(turn)
    cedula = booking.cedula
    db.session.rollback()
    privacy.erase(cedula, "asked for", cancel_turns=True)
    with replica_of(app, **changed):
        assert bool(privacy.everything_about(cedula)["turnos"]) is kept
