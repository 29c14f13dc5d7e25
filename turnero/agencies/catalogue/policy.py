"""Policy keys and their ranges (CONTRACT §9). Values keep the file's form."""

from datetime import date
from typing import Any

from yaml import Node

from turnero.agencies.catalogue.shapes import (
    Field,
    Report,
    Shape,
    Wrong,
    clock_time,
    day,
    flag,
    given,
    listed,
    optional,
    record,
    whole,
)

_MIDNIGHT = "24:00"
# Minimum and maximum of each whole number.
WHOLES = {
    "hold_minutes": (1, 15),  # all holds of a journey last at most 15 minutes together
    "code_minutes": (2, 10),
    "code_tries": (1, 5),
    "resend_seconds": (10, 600),
    "code_mails_per_hour": (1, 60),
    "lead_minutes": (0, 7 * 24 * 60),
    "horizon_days": (1, 365),
    "tolerance_minutes": (0, 120),
    "open_turns_per_cedula": (1, 50),
    "contact_days": (1, 365),
    "offer_minutes": (30, 24 * 60),  # not in the contract: waking minutes to answer an offer of the waiting list
}
CAPS = {"day": (1, 1000), "week": (1, 1000), "month": (1, 1000)}
DRAW = {"opens_days": (4, 60), "closes_days": (3, 30)}
DELAY = (0, 24 * 60)


def _release(at: str | None, between: tuple[str, ...] | None) -> dict[str, Any]:
    if (at is None) == (between is None):
        raise Wrong('escriba {at: "08:00"} o {between: ["07:00", "10:00"]}')
    if _MIDNIGHT in (at, *(between or ())):
        raise Wrong("un día se abre antes de las 24:00")
    return given(at=at, between=between)


def _caps(day: int, week: int, month: int) -> dict[str, int]:
    if not day <= week <= month:
        raise Wrong("los topes deben crecer: day, luego week, luego month")
    return {"day": day, "week": week, "month": month}


def _range(item: Shape[Any]) -> Shape[tuple[Any, ...]]:
    pair = listed(item)

    def shape(node: Node, report: Report) -> tuple[Any, ...]:
        values = pair(node, report)
        if len(values) != 2 or values[0] > values[1]:
            raise Wrong("deben ser dos valores, el menor primero")
        return values

    return shape


_RELEASE = record(_release, *optional(at=clock_time, between=_range(clock_time)))
_CAPS = record(_caps, *(Field(key, whole(*limits)) for key, limits in CAPS.items()))


def _draw(first: date, opens_days: int, closes_days: int) -> dict[str, Any]:
    if first.weekday():
        raise Wrong("«first» debe ser un lunes")
    if closes_days >= opens_days:
        raise Wrong("el sorteo debe cerrar después de abrir: closes_days menor que opens_days")
    return {"first": first.isoformat(), "opens_days": opens_days, "closes_days": closes_days}


# A winner has a day to confirm, and so has the next one, so a week's draw closes some days before it.
_DRAW = record(
    _draw,
    Field("first", day),
    Field("opens_days", whole(*DRAW["opens_days"]), 14),
    Field("closes_days", whole(*DRAW["closes_days"]), 7),
)

POLICY = record(
    given,
    *optional(
        **{key: whole(*limits) for key, limits in WHOLES.items()},
        release=_RELEASE,
        release_delay_minutes=_range(whole(*DELAY)),
        caps=_CAPS,
        draw=_DRAW,  # not in the contract: marks an agency as scarce, so that its places are given by lot
        walk_ins=flag,  # not in the contract: whether kiosks give tickets to people without a turn
    ),
)
