"""Forms that close and reopen hours, as decisions with a preview."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from turnero.administration.edit import parsing
from turnero.administration.edit.errors import DayPassed, DaysTooMany, HoursPassed, MomentsReversed
from turnero.agencies import queries as agencies
from turnero.agencies.localities import find_canton, folded
from turnero.agencies.models import Agency
from turnero.booking.closures import closing
from turnero.booking.closures import scope as scopes
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.documents.closure_text import people_sentences, span
from turnero.core import clock
from turnero.core.errors import InvalidInput, NotFound
from turnero.core.formatting import thousands
from turnero.core.language import gettext, gettext_noop, ngettext
from turnero.staff.actor import Actor
from turnero.transparency.figures import MAINLAND
from turnero.web.fields import Fields

SCOPES = {
    "agencia": gettext_noop("Una agencia"),
    "canton": gettext_noop("Un cantón"),
    "provincia": gettext_noop("Una provincia"),
    "pais": gettext_noop("Todo el país"),
}
KINDS = {"decreto": "decree", "contingencia": "contingency", "feriado": "holiday"}
_MAX_CLOSURE = timedelta(days=366)


class CantonUnknown(InvalidInput):
    """No agency or holiday has a canton of that name."""

    code = "canton_unknown"


@dataclass(frozen=True)
class Closing:
    """Hours to close."""

    scope: Scope
    hours: Hours

    @property
    def summary(self) -> str:
        hours = self.hours
        return gettext(
            "Cierra %(place)s %(when)s. Motivo: %(reason)s.",
            place=scopes.place_of(self.scope),
            when=span(hours.starts, hours.ends),
            reason=hours.reason,
        )

    def look(self) -> tuple[list[str], str]:
        closed = closing.preview_closing(self.scope, self.hours)
        lost = closed.cleared.displaced
        said = [gettext("Agencias: %(count)s.", count=thousands(closed.agencies)), _places(closed.places)]
        if ended := closed.cleared.holds_ended:
            said.append(gettext("Reservas sin confirmar que terminan: %(count)s.", count=thousands(ended)))
        return [*said, *people_sentences(lost, closed.placed, lost - closed.reachable)], closed.seal

    def make(self, seal: str, actor: Actor) -> int:
        number = closing.close_hours(self.scope, self.hours, actor, once=True, seal=seal).record_id
        assert number is not None
        return number


@dataclass(frozen=True)
class Reopening:
    """A closure to withdraw."""

    closure_id: int
    summary: str

    def look(self) -> tuple[list[str], str]:
        opened = closing.preview_reopening(self.closure_id)
        return [
            gettext("Turnos que recuperan su hora: %(count)s.", count=thousands(opened.restored)),
            gettext("Quien ya tiene otro turno lo conserva."),
        ], opened.seal

    def make(self, seal: str, actor: Actor) -> int:
        return closing.reopen_hours(self.closure_id, actor, seal=seal).record_id


def _places(places: int) -> str:
    """The effect on places, worded as for other edits."""
    if not places:
        return gettext("No quita turnos: en esas horas no hay atención.")
    return ngettext("Quita %(count)s turno.", "Quita %(count)s turnos.", places, count=thousands(places))


def parse_closure(form: Mapping[str, str], governed: Collection[Agency], *, everywhere: bool) -> Closing:
    """``alcance``, its place, ``desde``, ``hasta``, ``motivo``, ``clase``, ``base``, ``recuperable``. Raises Faulty."""
    fields = Fields(form)
    scope = _scope(fields, {agency.slug: agency.id for agency in governed}, everywhere=everywhere)
    starts = fields.parsed("desde", parsing.parse_moment)
    ends = fields.parsed("hasta", parsing.parse_moment)
    if starts and ends and (wrong := _wrong(starts, ends, _last_clock(scope, governed))):
        fields.faults["hasta"] = wrong
    reason = fields.parsed("motivo", parsing.text_line(200))
    kind = fields.parsed("clase", parsing.one_of(KINDS))
    basis = fields.parsed("base", parsing.text_line(200, least=0))
    fields.check()
    assert scope and starts and ends and reason and kind
    hours = Hours(starts, ends, reason, KINDS[kind], basis or "", recoverable=fields.text("recuperable") == "si")
    return Closing(scope, hours)


def _wrong(starts: datetime, ends: datetime, now: datetime) -> InvalidInput | None:
    """Errors in the hours at local ``now``. Hours that have begun but not ended can be closed."""
    if ends <= starts:
        return MomentsReversed()
    if ends - starts > _MAX_CLOSURE:
        return DaysTooMany(most=_MAX_CLOSURE.days)
    if ends > now:
        return None
    last_day = (ends - timedelta(minutes=1)).date()  # hours until midnight belong to the previous day
    return HoursPassed() if last_day == now.date() else DayPassed()


def _last_clock(scope: Scope | None, governed: Collection[Agency]) -> datetime:
    """The earliest wall clock of the places to close: later hours are still to come somewhere."""
    place = scope or Scope("national")
    zones = {
        agency.zone
        for agency in governed
        if place.agency_id in (None, agency.id) and place.province_code in (None, agency.province_code)
    }
    now = clock.now()
    return min(clock.local(now, zone) for zone in zones or {MAINLAND})


def _scope(fields: Fields, governed: Mapping[str, int], *, everywhere: bool) -> Scope | None:
    kind = fields.parsed("alcance", parsing.one_of(SCOPES)) if everywhere else "agencia"
    if kind == "agencia":
        slug = fields.parsed("agencia", parsing.one_of(governed))
        return Scope("agency", agency_id=governed[slug]) if slug else None
    if kind == "pais":
        return Scope("national")
    codes = {province.code for province in agencies.provinces()}
    if kind == "provincia":
        code = fields.parsed("provincia", parsing.one_of(codes))
        return Scope("province", code) if code else None
    if kind == "canton":
        code = fields.parsed("provincia", parsing.one_of(codes))
        canton = fields.parsed("canton", lambda text: _canton(text, code or ""))
        return Scope("canton", code, canton) if code and canton else None
    return None


def _canton(text: str, province_code: str) -> str:
    name = parsing.text_line()(text)
    try:
        place = find_canton(name, (province_code,))
    except (NotFound, InvalidInput):
        raise CantonUnknown from None
    if place.province_code != province_code or folded(place.canton) != folded(name):
        raise CantonUnknown
    return place.canton
