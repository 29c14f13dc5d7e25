"""Scope and hours of a closure: their values, the desks they affect, and their names in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from turnero.agencies.localities import Locality, touches
from turnero.agencies.models import Agency, Closure, Desk, Province
from turnero.core.extensions import db
from turnero.core.language import gettext


@dataclass(frozen=True)
class Scope:
    """The scope of a closure: an agency, a canton of a province, a province, or the whole country."""

    kind: str
    province_code: str | None = None
    canton: str | None = None
    agency_id: int | None = None


@dataclass(frozen=True)
class Hours:
    """Start, end and reason of a closure, in each agency's own wall time (naive)."""

    starts: datetime
    ends: datetime
    reason: str
    kind: str = "contingency"
    basis: str = ""
    recoverable: bool = False  # the hours are worked on another day; this affects legal terms only


def place_of(scope: Scope | Closure) -> str:
    """The scope in words: an agency's name, or "la provincia …"."""
    kind = scope.kind if isinstance(scope, Scope) else scope.scope
    if kind == "agency":
        return db.session.get_one(Agency, scope.agency_id).name
    if kind == "national":
        return gettext("todo el país")
    province = db.session.get_one(Province, scope.province_code).name
    if kind == "canton":
        return gettext("el cantón %(canton)s, %(province)s", canton=scope.canton, province=province)
    return gettext("la provincia %(province)s", province=province)


def place_alone(closure: Closure) -> str:
    """As ``place_of``, worded for a table instead of a sentence."""
    words = place_of(closure)
    return words if closure.scope == "agency" else words[0].upper() + words[1:]


def desks_in(scope: Scope) -> Sequence[Desk]:
    closure = Closure(
        scope=scope.kind, province_code=scope.province_code, canton=scope.canton, agency_id=scope.agency_id
    )
    every = db.session.scalars(select(Desk).order_by(Desk.id)).all()
    return [
        desk
        for desk in every
        if touches(closure, Locality(desk.agency.province_code, desk.agency.canton), desk.agency_id)
    ]
