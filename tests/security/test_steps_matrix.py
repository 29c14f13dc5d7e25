"""Every post in every state of a journey: out of order it changes nothing in the database.

The posts are those of ``journey_routes``, so a new step cannot be forgotten; the fields are right ones, so that only
the state of the journey stands against them.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.inspection.tables import tables_now
from tests.support.pages.walking import Walker, browser_of, newest_code, token_of
from tests.support.rows.build import create_agency, create_citizen, create_desk, next_workday
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.turns import begin_change, book
from turnero.booking.pages.journey import routes
from turnero.booking.turn.models import Booking, Journey
from turnero.core.extensions import db

NINE = 540
EMAIL = {"correo": "otra.demo@example.ec", "celular": "0991234567"}
FIELDS = {
    "turno": {"cedula": cedula(50)},
    "contacto": EMAIL,
    "verificar": {"codigo": "000000"},
    "reenviar": {},
    "lugar": {"provincia": "17", "tramite": "glosas", "agencia": "norte"},
    "lista": {
        "provincia": "17",
        "tramite": "glosas",
        "agencias": "norte",
        "desde": "2026-11-10",
        "hasta": "2026-11-20",
    },
    "sorteo": {"sorteo": "1", "tramite": "glosas", "agencia": "norte"},
    "horario": {"hora": "2026-11-11T10:00", "acepta": "si"},
    "detalles": {"para": "titular", "prioridad": "si"},
    "confirmar": {},
    "prorrogar": {},
    "soltar": {},
}
# Asking for a place that is not there: beside step 6.
WAITING = {"lista", "sorteo"}
# What each state takes; ``turno`` begins another journey from anywhere, and no journey stands in its way.
TAKEN = {
    "contacto": {"contacto"},
    "verificar": {"contacto", "verificar", "reenviar"},
    "lugar": WAITING | {"contacto", "lugar"},
    "horario": WAITING | {"contacto", "lugar", "horario", "detalles"},
    "confirmar": WAITING | {"contacto", "lugar", "horario", "detalles", "confirmar", "prorrogar", "soltar"},
    "unproven again": {"contacto", "verificar", "reenviar", "prorrogar", "soltar"},  # another address, the place kept
    "lapsed": WAITING | {"contacto", "lugar", "horario", "detalles", "soltar"},
    "done": set(),
    "unregistered": set(),
    "changing": {"lugar", "horario"},
    "changing and held": {"lugar", "horario", "confirmar", "prorrogar", "soltar"},
    "changed": set(),
}
# A field of another step, of the tables, or of nobody: none of them is read.
STRANGE = {
    "estado": "confirmed",
    "status": "confirmed",
    "capacidad": "99",
    "cells": "0",
    "booking_id": "1",
    "journey_key": "x",
    "browser": "x",
    "registered": "1",
    "verified_at": "2026-11-09",
    "done": "1",
    "changes": "1",
    "hold_extended": "",
    "walk_in": "1",
    "mailbox": "otra@example.ec",
    "email": "otra@example.ec",
    "province_code": "09",
    "agency_id": "1",
    "key": "x",
    "token": "x",
}

pytestmark = pytest.mark.procedure(slug="glosas", name="Notificación de glosas")


@pytest.fixture
def desk(procedure):
    create_desk(procedure.line, agency=create_agency(slug="norte"))
    return create_desk(procedure.line, agency=create_agency(slug="centro"))


@pytest.fixture
def walker_in(app, client, desk, procedure, clock_shift):
    """Makes a journey of the client's in a state."""
    no_place = {"province_code": None, "procedure_id": None, "agency_id": None}
    unproven = no_place | {"verified_at": None, "registered": None}
    values = {
        "contacto": unproven | {"email": None, "mailbox": None, "mobile": None},
        "verificar": unproven,
        "lugar": no_place,
        "unregistered": no_place | {"registered": False},
    }

    def make(state):
        if state.startswith("chang"):
            return changing(state)
        lacking = values.get(state, {})
        walker = Walker(client, at_hour_step(desk.agency, procedure, browser=browser_of(client), **lacking).key)
        if state in ("confirmar", "unproven again", "lapsed", "done"):
            walker.hold(next_workday(), NINE)
        if state == "lapsed":
            clock_shift(timedelta(minutes=30))
        if state == "unproven again":
            walker.post("contacto", correo="nueva.demo@example.ec", celular="0991234567")
        if state == "done":
            walker.post("confirmar")
        return walker

    def changing(state):
        walker = begin_change(client, f"/mi-turno/{book(desk, procedure, next_workday())}")
        if state != "changing":
            walker.hold(next_workday(), NINE + 60)
        if state == "changed":
            walker.post("confirmar")
        return walker

    return make


def posted_steps():
    return [address.rpartition("/")[2] for address in routes._FORMS]


def test_every_step_has_its_fields():
    assert set(posted_steps()) == set(FIELDS)


@pytest.mark.parametrize("state", TAKEN)
def test_a_step_out_of_its_turn_changes_nothing_at_all(walker_in, state):
    walker = walker_in(state)
    before = tables_now()
    for step in set(posted_steps()) - TAKEN[state] - {"turno"}:
        answer = walker.post(step, **FIELDS[step])
        assert tables_now() == before, step
        assert answer.status_code in (303, 409), step
        if answer.status_code == 303:
            assert walker.client.get(answer.location).status_code < 400, step
            assert tables_now() == before, step


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("state", [state for state in TAKEN if TAKEN[state]])
def test_a_step_in_its_turn_does_change_something(walker_in, state):
    """The control of the matrix."""
    walker = walker_in(state)
    before = tables_now()
    step = next(step for step in ("horario", "lugar", "contacto") if step in TAKEN[state])
    assert walker.post(step, **FIELDS[step]).status_code in (200, 303)
    assert tables_now() != before


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("state", TAKEN)
def test_nothing_at_all_is_changed_by_a_stranger(app, walker_in, state):
    key = walker_in(state).key
    stranger = Walker(app.test_client(), key)
    stranger.client.get("/turno")
    before = tables_now()
    for step in set(posted_steps()) - {"turno"}:
        assert stranger.post(step, **FIELDS[step]).status_code == 404, step
        assert tables_now() == before, step


def test_strange_fields_in_every_step_are_read_by_none(client, desk, procedure):
    """The whole journey with them: the turn is that of who began it, where it was chosen."""
    walker = Walker.begin(client, cedula(1))
    strange = STRANGE | {"cedula": cedula(2)}
    create_citizen(cedula(1))
    for step in ("contacto", "verificar", "lugar", "horario", "detalles", "prorrogar", "confirmar"):
        fields = FIELDS[step] | ({"codigo": newest_code(walker.key)} if step == "verificar" else {})
        assert walker.post(step, **(strange | fields)).status_code == 303, step
    booking = db.session.scalars(select(Booking)).one()
    assert (booking.cedula, booking.email, booking.status) == (cedula(1), "otra.demo@example.ec", "confirmed")
    assert (booking.agency.slug, booking.day.isoformat(), booking.minute) == ("norte", "2026-11-11", 600)
    assert (booking.cells, booking.walk_in, booking.channel, booking.priority) == (1, False, "web", True)
    assert booking.browser == browser_of(client)


DOUBLED = {
    "horario": ("hora", "2026-11-11T10:00", "2026-11-12T15:00"),
    "lugar": ("agencia", "norte", "centro"),
    "contacto": ("correo", "una.demo@example.ec", "otra.demo@example.ec"),
    "detalles": ("prioridad", "si", "no"),
}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("turned", [False, True], ids=["as written", "turned around"])
@pytest.mark.parametrize("step", ["horario", "lugar", "contacto", "detalles"])
def test_of_a_doubled_field_the_first_counts_wherever_the_second_stands(walker_in, step, turned):
    name, *pair = DOUBLED[step]
    first, second = reversed(pair) if turned else pair
    walker = walker_in("horario")
    data = {**FIELDS[step], "csrf_token": token_of(walker.client), name: [first, second]}
    assert walker.client.post(walker.address(step), data=data, query_string={name: second}).status_code == 303
    assert first in kept_of(walker.key)
    assert second not in kept_of(walker.key)


def kept_of(key):
    """What a journey and its hold keep of what was posted, in the words of the forms."""
    journey = db.session.get_one(Journey, key)
    held = journey.booking
    hour = f"{held.day}T{held.minute // 60:02}:{held.minute % 60:02}" if held else ""
    return {journey.mailbox, journey.agency and journey.agency.slug, "si" if journey.priority else "no", hour}
