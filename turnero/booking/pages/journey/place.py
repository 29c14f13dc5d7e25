"""Step 6: province, trámite and agency, with each agency's next free day or the reason there is none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter, itemgetter
from typing import TypeVar

from flask import Response, request

from turnero.agencies import queries as agencies
from turnero.agencies import terms
from turnero.agencies.models import Procedure, Province
from turnero.agencies.terms import Term
from turnero.booking.documents import offer_text
from turnero.booking.journey import forms, steps
from turnero.booking.journey.state import Step
from turnero.booking.pages.journey.page import at, render_step, step_address, your_turn
from turnero.booking.seats import availability
from turnero.booking.seats.availability import AgencyOffer, ProvinceOffer
from turnero.booking.turn.errors import ProcedureOnline, UnknownPlace
from turnero.booking.turn.models import Journey
from turnero.core import clock, formatting, language
from turnero.core.errors import Faulty
from turnero.core.interval import Interval
from turnero.core.shared_values import shared
from turnero.web.page import NO_ERRORS, FormErrors, see_other
from turnero.web.session import browser

Offer = TypeVar("Offer", AgencyOffer, ProvinceOffer)
# Number of other provinces to suggest when the chosen one has no place.
_ELSEWHERE = 3


@dataclass(frozen=True)
class AgencyChoice:
    """An agency in the list, with either ``first`` (in words) or ``why_none``."""

    slug: str
    name: str
    place: str
    hours: str
    first: str | None
    why_none: str | None
    too_late: bool  # its first place is after the last day of the term
    drawn: bool  # its days, or those from some week on, are given by lot


def show_place(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    journey = at(key, Step.PLACE)
    typed = _typed(journey)
    province, procedure = _province(typed["provincia"]), _procedure(typed["tramite"])
    offers = availability.agency_offers(province.code, procedure) if province and procedure else ()
    today = clock.local(clock.now(), province.zone).date() if province else None
    term = _term(procedure, typed["fecha_notificacion"], today, province)
    free = _soonest_first(offers)
    elsewhere = _soonest_first(availability.province_offers(procedure)[0]) if procedure and not free else []
    return render_step(
        "booking/pages/journey/place.html",
        form_errors,
        key=key,
        typed=typed,
        provinces=[(each.code, each.name) for each in _provinces()],
        procedures=[
            (each.slug, each.name) for each in _with_turns() if not journey.changes or each.id == journey.procedure_id
        ],
        province=province,
        procedure=procedure,
        choices=_choices(offers, today, term) if today else (),
        term=term,
        soonest=free[0] if free else None,
        elsewhere=elsewhere[:_ELSEWHERE],
        changes=journey.changes,
        turn=your_turn(journey),
    )


def submit_place(key: str) -> Response:
    """Store the choice; without an agency, list the agencies that offer the trámite."""
    at(key, Step.PLACE)
    place = forms.parse_place(request.form)
    if _province(place.province) is None:
        raise Faulty(provincia=UnknownPlace())
    if _procedure(place.procedure) is None:
        raise Faulty(tramite=_not_here(place.procedure))
    if not place.agency:
        return show_place(key)
    try:
        steps.choose_place(key, browser(), place)
    except UnknownPlace as error:
        raise Faulty(**{error.data["field"]: error}) from error
    procedure, province = _procedure(place.procedure), _province(place.province)
    assert province is not None
    notified = forms.typed_fields(request.form, "fecha_notificacion")["fecha_notificacion"]
    term = _term(procedure, notified, clock.local(clock.now(), province.zone).date(), province)
    return see_other(step_address(Step.HOUR, key, limit=term.last_day if term else None))


def _term(procedure: Procedure | None, notified: str, today: date | None, province: Province | None) -> Term | None:
    """The legal term, if requested; computed from the typed date and not stored."""
    if procedure is None or today is None or province is None:
        return None
    return terms.term_of(procedure, terms.parse_date(notified), today, province)


def _typed(journey: Journey) -> dict[str, str]:
    """Form values: posted, else from the link, else the earlier choice or the only option."""
    if request.form:
        return forms.typed_fields(request.form, "provincia", "tramite", "agencia", "fecha_notificacion")
    asked = forms.typed_fields(request.args, "provincia", "tramite")
    only = [procedure.slug for procedure in _with_turns()]
    chosen = journey.procedure.slug if journey.procedure else (only[0] if len(only) == 1 else "")
    return {
        "provincia": asked["provincia"] or journey.province_code or "",
        "tramite": asked["tramite"] or chosen,
        "agencia": journey.agency.slug if journey.agency else "",
        "fecha_notificacion": "",
    }


def _with_turns() -> list[Procedure]:
    return [procedure for procedure in _procedures() if procedure.takes_turns]


def _procedures() -> list[Procedure]:
    return shared("procedures", agencies.procedures)


def _provinces() -> list[Province]:
    return shared("provinces", agencies.provinces)


def _province(code: str) -> Province | None:
    return next((province for province in _provinces() if province.code == code), None)


def _procedure(slug: str) -> Procedure | None:
    return next((procedure for procedure in _with_turns() if procedure.slug == slug), None)


def _not_here(slug: str) -> ProcedureOnline | UnknownPlace:
    virtual = any(procedure.slug == slug for procedure in _procedures())
    return ProcedureOnline() if virtual else UnknownPlace()


def _choices(offers: tuple[AgencyOffer, ...], today: date, term: Term | None) -> tuple[AgencyChoice, ...]:
    """Agencies by name; with a term, those with a place before its end first."""
    if term is not None:
        return _worded(offers, today, term)
    key = ("choices", language.current_language(), *(offer.agency.id for offer in offers), today)
    return shared(key, lambda: _worded(offers, today, None))


def _worded(offers: tuple[AgencyOffer, ...], today: date, term: Term | None) -> tuple[AgencyChoice, ...]:
    weeks = agencies.opening_hours_of([offer.agency for offer in offers], today)
    choices = (
        AgencyChoice(
            slug=offer.agency.slug,
            name=offer.agency.name,
            place=offer.agency.address or offer.agency.canton,
            hours=_hours(weeks[offer.agency.id], offer.agency.zone),
            first=formatting.relative_day(offer.next_day.day, today) if offer.next_day else None,
            why_none=offer_text.why_none(offer.none_because) if offer.none_because else None,
            too_late=term is not None and offer.next_day is not None and offer.next_day.day > term.last_day,
            drawn=offer.drawn,
        )
        for offer in offers
    )
    return tuple(sorted(choices, key=attrgetter("too_late")))


def _hours(week: Sequence[Sequence[Interval[int]]], zone: str) -> str:
    lines, note = "; ".join(formatting.hours_of_week(week)), formatting.zone_note(zone)
    return lines[:1].upper() + lines[1:] + (f" ({note})" if note else "")


def _soonest_first(offers: Iterable[Offer]) -> list[Offer]:
    """Provinces with places, soonest first, to suggest beside one without."""
    free = [(offer.next_day.day, offer) for offer in offers if offer.next_day]
    return [offer for _, offer in sorted(free, key=itemgetter(0))]
