"""Editing limits: values in words, and the effect of draws."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import set_policy, today
from turnero.administration.limits.effects import Change, differences, lots_told
from turnero.booking.turn.request_models import Draw
from turnero.booking.waiting import draws
from turnero.core.extensions import db

NOW = datetime(2026, 11, 9, 10)
LOTS = {"first": "2026-12-14", "opens_days": 14, "closes_days": 7}
AT_ONCE = {**LOTS, "first": "2026-11-16"}
GIVEN_AT_ONCE = "Los turnos de esta agencia dejan de darse por sorteo: se dan a quien los pide primero."
GIVEN_BY_LOT = (
    "Desde el lunes 14 de diciembre de 2026 los turnos de esta agencia se dan por sorteo y ya no al momento: "
    "se reciben solicitudes desde 14 días antes y hasta 7 días antes de cada semana."
)


BETWEEN = {"between": ["07:00", "10:00"]}
HOLD, OPENS = "Minutos que se guarda un turno sin confirmar", "Hora en que se abre un día"
WAITS, TURNS = "Espera de un lugar cancelado", "Turnos confirmados por correo, celular o equipo"
CAPS = "2 en un día, 4 en una semana y 10 en un mes, lo usual (antes, 1 en un día, 2 en una semana y 3 en un mes)"


@pytest.mark.parametrize(
    ("usual", "before", "after", "said"),
    [
        ({}, {}, {"hold_minutes": 9}, f"{HOLD}: 9 (antes, 5, lo usual)."),
        ({"hold_minutes": 7}, {"hold_minutes": 9}, {}, f"{HOLD}: 7, lo usual (antes, 9)."),
        ({"hold_minutes": 9}, {"hold_minutes": 9}, {}, "Nada cambia."),
        ({}, {}, {"hold_minutes": 5}, "Nada cambia."),
        ({}, {}, {"walk_ins": False}, "Tickets sin turno en el kiosco: no (antes, sí, lo usual)."),
        ({}, {"draw": LOTS}, {}, "Sorteo: sin sorteo, lo usual (antes, desde el lunes 14 de diciembre de 2026)."),
        ({"release": {"at": "07:00"}}, {}, {"release": BETWEEN}, f"{OPENS}: 07:00 a 10:00 (antes, 07:00, lo usual)."),
        ({}, {"release_delay_minutes": [1, 9]}, {}, f"{WAITS}: de 5 a 60 minutos, lo usual (antes, de 1 a 9 minutos)."),
        ({}, {"caps": {"day": 1, "week": 2, "month": 3}}, {}, f"{TURNS}: {CAPS}."),
    ],
)
def test_values_are_shown_in_words_and_unchanged_ones_left_out(usual, before, after, said):
    assert differences("Límites", Change(usual, before, after)) == f"Límites. {said}"


@pytest.mark.parametrize(
    ("usual", "before", "after", "said"),
    [
        ({}, {}, {"draw": LOTS}, [GIVEN_BY_LOT]),
        ({"draw": LOTS}, {}, {"draw": LOTS}, []),
        ({}, {"draw": LOTS}, {}, [GIVEN_AT_ONCE]),
        ({"draw": LOTS}, {"draw": AT_ONCE}, {}, [GIVEN_BY_LOT]),
    ],
)
def test_the_effect_of_draws_is_shown(usual, before, after, said):
    assert list(lots_told(Change(usual, before, after), NOW, of_agency=True)) == said


def test_the_institutes_effects_exclude_agencies_with_own_values(admin, desk):
    admin.send("/admin/limites", sorteo_desde="2026-12-14")
    whose = "todas las agencias que no digan otra cosa"
    assert admin.told()[0] == GIVEN_BY_LOT.replace("esta agencia", whose)
    assert "Sorteo: desde el lunes 14 de diciembre de 2026 (antes, sin sorteo, lo usual)." in admin.page.text


def test_weeks_past_their_draw_are_reported(admin, desk, there):
    """The control is what is then announced."""
    monday = today() + timedelta(days=7)
    told = admin.save(f"{there}/limites", sorteo_desde=monday.isoformat())
    assert told[1] == (
        "Para las semanas que terminan hasta el domingo 22 de noviembre de 2026 ya no hay tiempo de recibir "
        "solicitudes: sus turnos se dan solo en la agencia."
    )
    draws.announce()
    announced = db.session.scalars(select(Draw.first_day).order_by(Draw.first_day)).first()
    assert announced == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"sorteo_desde": "2026-11-02"}, "sorteo_desde", "Ese día ya pasó. Elija uno desde hoy."),
        ({"sorteo_desde": "2026-12-15"}, "sorteo_desde", "Ese día no es lunes. Elija un lunes."),
        (
            {"sorteo_desde": "2026-12-14", "sorteo_abre": "7", "sorteo_cierra": "7"},
            "sorteo_cierra",
            "El sorteo se cerraría antes de abrirse. Escriba menos días que los de la apertura.",
        ),
    ],
)
def test_draws_that_cannot_be(admin, there, typed, field, said):
    assert admin.send(f"{there}/limites", **typed) == 422
    assert {name: text.endswith(said) for name, text in admin.page.errors.items()} == {field: True}


def test_a_draw_that_has_begun_does_not_keep_anybody_from_changing_the_rest(admin, desk, saved):
    set_policy(draw={"first": "2026-11-02", "opens_days": 14, "closes_days": 7})
    admin.save("/admin/limites", reserva="9")
    assert saved() == [
        "Límites de todo el instituto. Minutos que se guarda un turno sin confirmar: 9 (antes, 5, lo usual)."
    ]
