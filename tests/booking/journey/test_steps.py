from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select

from tests.support.rows.build import (
    create_agency,
    create_citizen,
    create_desk,
    create_procedure,
    create_province,
    next_workday,
)
from tests.support.rows.journeys import at_hour_step, cedula, prove
from turnero.booking.journey import confirm, holds, state, steps
from turnero.booking.journey.state import Step
from turnero.booking.turn.errors import AlreadyHasTurn, CedulasSpent, NotInRegistry, UnknownPlace, WrongStep
from turnero.booking.turn.models import Journey
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.verify.challenge import CodeWrong, ResendTooSoon
from turnero.verify.code import code_of
from turnero.verify.contact import Contact
from turnero.verify.models import Challenge

BROWSER = "a-browser"
ANA = Contact("ana.demo@example.ec", "ana.demo@example.ec", "+593991234567")
LUIS = Contact("luis.demo@example.ec", "luis.demo@example.ec", "+593991234568")


def begin(number=1, browser=BROWSER):
    return steps.start_journey(browser, cedula(number))


def newest_code(key):
    challenge = db.session.scalars(select(Challenge).filter_by(journey=key).order_by(Challenge.id.desc())).first()
    return code_of(current_app.config["SETTINGS"].code_key, challenge.nonce)


def proven(number=1, contact=ANA, browser=BROWSER):
    create_citizen(cedula=cedula(number))
    key = begin(number, browser)
    steps.give_contact(key, browser, contact)
    prove(key, browser, newest_code(key))
    return key


def step(key, browser=BROWSER):
    db.session.rollback()
    return state.step_of(state.owned(key, browser), clock.now())


def test_the_steps_follow_one_another(app):
    procedure = create_procedure()
    desk = create_desk(procedure.line)
    create_citizen(cedula=cedula(1))
    key = begin()
    assert step(key) is Step.CONTACT
    steps.give_contact(key, BROWSER, ANA)
    assert step(key) is Step.VERIFY
    prove(key, BROWSER, newest_code(key))
    assert step(key) is Step.PLACE
    steps.choose_place(key, BROWSER, steps.AgencyChoice(desk.agency.province_code, procedure.slug, desk.agency.slug))
    assert step(key) is Step.HOUR
    holds.place(key, BROWSER, next_workday(), 540)
    assert step(key) is Step.CONFIRM
    confirm.confirm_turn(key, BROWSER)
    assert step(key) is Step.DONE


def test_a_journey_of_another_browser_answers_404(app):
    with pytest.raises(NotFound):
        state.owned(begin(), "another-browser")


def test_the_code_goes_to_the_given_address_and_is_stored_nowhere(app):
    key = begin()
    steps.give_contact(key, BROWSER, ANA)
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.kind, notice.address, notice.priority) == ("code", ANA.email, 1)
    code = newest_code(key)
    rows = [
        list(map(str, row))
        for table in (Challenge, Notice, Journey)
        for row in db.session.execute(select(*table.__table__.columns))
    ]
    assert not any(code == value for row in rows for value in row)


def test_a_code_of_one_journey_is_useless_in_another(app):
    first, second = begin(1), begin(2, "browser-2")
    steps.give_contact(first, BROWSER, ANA)
    steps.give_contact(second, "browser-2", ANA)
    if newest_code(first) != newest_code(second):
        with pytest.raises(CodeWrong):
            prove(second, "browser-2", newest_code(first))


def test_the_right_code_is_refused_after_five_wrong_ones(app):
    key = begin()
    steps.give_contact(key, BROWSER, ANA)
    right = newest_code(key)
    wrong = f"{(int(right) + 1) % 1000000:06}"
    for _ in range(5):
        with pytest.raises(Exception, match="code"):
            prove(key, BROWSER, wrong)
    with pytest.raises(Exception, match="code_tries_spent"):
        prove(key, BROWSER, right)
    assert step(key) is Step.VERIFY


def test_a_new_address_voids_codes_and_proof_and_keeps_the_tries(app):
    key = proven()
    steps.give_contact(key, BROWSER, LUIS)
    assert step(key) is Step.VERIFY
    prove(key, BROWSER, newest_code(key))
    assert state.owned(key, BROWSER).email == LUIS.email


def test_a_new_mobile_keeps_the_proof(app):
    key = proven()
    steps.give_contact(key, BROWSER, Contact(ANA.email, ANA.mailbox, LUIS.mobile))
    assert step(key) is Step.PLACE
    assert state.owned(key, BROWSER).mobile == LUIS.mobile


def test_a_resend_waits_a_minute(app, clock_shift):
    key = begin()
    steps.give_contact(key, BROWSER, ANA)
    with pytest.raises(ResendTooSoon):
        steps.resend(key, BROWSER)
    clock_shift(timedelta(seconds=61))
    steps.resend(key, BROWSER)
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 2


def test_a_step_posted_too_early_or_too_late_tells_where_to_go(app):
    key = begin()
    for early in (
        lambda: prove(key, BROWSER, "123456"),
        lambda: steps.resend(key, BROWSER),
        lambda: steps.choose_place(key, BROWSER, steps.AgencyChoice("17", "x", "y")),
        lambda: confirm.confirm_turn(key, BROWSER),
    ):
        with pytest.raises(WrongStep) as wrong:
            early()
        assert wrong.value.data["step"] is Step.CONTACT
    late = proven(2, browser="b2")
    with pytest.raises(WrongStep) as wrong:
        prove(late, "b2", "123456")
    assert wrong.value.data["step"] is Step.PLACE


def test_an_unknown_cedula_is_reported_only_after_the_proof(app):
    key = begin()
    steps.give_contact(key, BROWSER, ANA)
    with pytest.raises(NotInRegistry):
        prove(key, BROWSER, newest_code(key))
    with pytest.raises(NotInRegistry):
        state.owned(key, BROWSER)


def test_a_mailbox_asks_for_five_cedulas_a_day(app, clock_shift):
    for number in range(1, 6):
        # Code mails per mailbox are limited too: five an hour.
        clock_shift(timedelta(minutes=20 * number))
        proven(number, browser=f"browser-{number}")
    clock_shift(timedelta(minutes=140))
    with pytest.raises(CedulasSpent):
        proven(6, browser="browser-6")
    clock_shift(timedelta(days=1, minutes=130))
    assert proven(7, browser="browser-7")


@pytest.mark.parametrize("culprit", ["province", "procedure", "agency", "line"])
def test_a_place_that_does_not_fit_together_is_refused(app, culprit):
    procedure = create_procedure()
    desk = create_desk(procedure.line)
    other_province = create_province(code="09")
    elsewhere = create_agency(province=other_province)
    key = proven()
    chosen = [desk.agency.province_code, procedure.slug, desk.agency.slug]
    match culprit:
        case "province":
            chosen[0] = other_province.code
        case "procedure":
            chosen[1] = "no-such"
        case "agency":
            chosen[2] = elsewhere.slug
        case "line":
            chosen[1] = create_procedure().slug
    with pytest.raises(UnknownPlace):
        steps.choose_place(key, BROWSER, steps.AgencyChoice(*chosen))
    assert step(key) is Step.PLACE


def test_a_virtual_procedure_takes_no_turn(app):
    procedure = create_procedure(channel="virtual")
    desk = create_desk(procedure.line)
    key = proven()
    with pytest.raises(UnknownPlace):
        steps.choose_place(
            key, BROWSER, steps.AgencyChoice(desk.agency.province_code, procedure.slug, desk.agency.slug)
        )


def test_another_agency_gives_the_held_place_back(app):
    procedure = create_procedure()
    desk = create_desk(procedure.line)
    other = create_desk(procedure.line, agency=create_agency(province=desk.agency.province))
    key = proven()
    steps.choose_place(key, BROWSER, steps.AgencyChoice(desk.agency.province_code, procedure.slug, desk.agency.slug))
    holds.place(key, BROWSER, next_workday(), 540)
    steps.choose_place(key, BROWSER, steps.AgencyChoice(desk.agency.province_code, procedure.slug, desk.agency.slug))
    assert step(key) is Step.CONFIRM
    steps.choose_place(key, BROWSER, steps.AgencyChoice(desk.agency.province_code, procedure.slug, other.agency.slug))
    assert step(key) is Step.HOUR


def test_an_existing_turn_is_reported_at_the_place_step_only(app):
    procedure = create_procedure()
    desk = create_desk(procedure.line)
    create_citizen(cedula=cedula(1))
    first = at_hour_step(desk.agency, procedure, 1)
    holds.place(first.key, first.browser, next_workday(), 540)
    confirm.confirm_turn(first.key, first.browser)
    key = begin(1)
    steps.give_contact(key, BROWSER, ANA)
    prove(key, BROWSER, newest_code(key))
    with pytest.raises(AlreadyHasTurn):
        steps.choose_place(
            key, BROWSER, steps.AgencyChoice(desk.agency.province_code, procedure.slug, desk.agency.slug)
        )


def test_a_misspelt_address_is_questioned_once(app):
    key = begin()
    assert steps.question_email(key, BROWSER, "ana@gmial.com")
    assert not steps.question_email(key, BROWSER, "ana@gmial.com")
    assert steps.question_email(key, BROWSER, "ana@gmal.com")
