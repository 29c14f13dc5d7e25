from datetime import timedelta

import pytest

from tests.support.rows.build import next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.turns import book
from tests.support.rows.waiting import listed, statuses
from turnero.booking.journey.joining import Wish, join_list
from turnero.booking.turn.errors import AlreadyAsked, AlreadyHasTurn, RequestsSpent, UnknownPlace


def test_a_cedula_waits_once_for_a_procedure(desk, procedure):
    listed(desk, procedure, 1)
    again = at_hour_step(desk.agency, procedure, 1, browser="another", mailbox="x@example.ec", mobile="+593900000077")
    with pytest.raises(AlreadyAsked):
        ask(again, desk, procedure)


def test_the_same_form_twice_makes_one_request(desk, procedure):
    traveller = at_hour_step(desk.agency, procedure, 1)
    assert ask(traveller, desk, procedure) == ask(traveller, desk, procedure)
    assert statuses() == ["waiting"]


def test_one_mailbox_waits_for_two_people_at_most(desk, procedure):
    for number in (1, 2):
        ask(at_hour_step(desk.agency, procedure, number, mailbox="one@example.ec"), desk, procedure)
    with pytest.raises(RequestsSpent):
        ask(at_hour_step(desk.agency, procedure, 3, mailbox="one@example.ec"), desk, procedure)


def test_a_person_with_a_turn_cannot_join_the_list(desk, procedure):
    book(desk, procedure, next_workday())
    with pytest.raises(AlreadyHasTurn):
        listed(desk, procedure, 1)


def test_the_agency_must_offer_the_procedure(desk, procedure):
    traveller = at_hour_step(desk.agency, procedure, 1)
    with pytest.raises(UnknownPlace):
        ask(traveller, desk, procedure, agency="no-such-agency")


def ask(traveller, desk, procedure, agency=None):
    first = next_workday()
    slug = agency or desk.agency.slug
    wish = Wish(desk.agency.province_code, procedure.slug, (slug,), first, first + timedelta(days=30))
    return join_list(traveller.key, traveller.browser, wish)
