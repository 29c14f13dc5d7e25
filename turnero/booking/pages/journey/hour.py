"""Step 7: the days with places, the hours of a day, and the question Sí/No."""

import time
from datetime import date, timedelta

from flask import Response, request

from turnero.agencies.models import Agency, Procedure
from turnero.booking.documents import offer_text
from turnero.booking.journey import forms, holds, steps
from turnero.booking.journey.forms import Hour
from turnero.booking.journey.state import Step, owned
from turnero.booking.pages.journey.page import at, error_words, render_step, step_address, to, your_turn
from turnero.booking.seats import availability
from turnero.booking.seats.offers import NOON
from turnero.booking.seats.slots import Slot
from turnero.booking.turn.errors import NotOffered, PlaceLost, PlaceTaken, SamePlace, UnknownPlace
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Journey
from turnero.booking.turn.queries import shown_policy_of
from turnero.core import clock
from turnero.core.errors import Faulty
from turnero.core.language import gettext
from turnero.web.page import NO_ERRORS, FormErrors, see_other
from turnero.web.session import browser

# Longer than any horizon; later days are not looked up.
_A_YEAR = timedelta(days=366)


def show_hour(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    """The hours of ``?dia=``, or the days if it is missing or has none left."""
    journey = at(key, Step.HOUR)
    day = forms.parse_day(request.args.get("dia"))
    minutes = _free_minutes(journey, day) if day else []
    if day is None or not minutes:
        return _days(journey, full=day, form_errors=form_errors)
    agency, _ = _chosen(journey)
    held = holds.present_hold(journey, clock.now())
    return render_step(
        "booking/pages/journey/hours.html",
        form_errors,
        key=key,
        agency=agency,
        day=day,
        parts=_parts(minutes),
        picked=held.minute if held and held.day == day else None,
        hold_minutes=shown_policy_of(agency).hold_minutes,
        limit=_limit(),
        turn=your_turn(journey, day),
    )


def _limit() -> date | None:
    """The estimated last day of a legal term, if requested at step 6."""
    return forms.parse_day(request.args.get("limite"))


def _days(journey: Journey, full: date | None, form_errors: FormErrors) -> Response:
    """The page of days. ``full``: a requested day without places."""
    agency, procedure = _chosen(journey)
    now = clock.now()
    today = clock.local(now, agency.zone).date()
    after = forms.parse_near_day(request.args.get("desde"))
    offers = availability.day_offers(agency, procedure, after)
    none_at_all = not offers.days and after is None
    lapsed = journey.hold_lapses_at is not None and journey.hold_lapses_at <= now
    return render_step(
        "booking/pages/journey/days.html",
        form_errors,
        key=journey.key,
        agency=agency,
        after=after,
        count=len(offers.days),
        weeks=offer_text.weeks(offers.days, offers.closed, today),
        left={offer.day: offer_text.left(offer) for offer in offers.days},
        near={today: gettext("Hoy"), today + timedelta(days=1): gettext("Mañana")},
        last=offers.days[-1].day if offers.more else None,
        full=full,
        lapsed=lapsed,
        limit=_limit(),
        drawn=shown_policy_of(agency).draw is not None,
        why_none=_why_none(agency, procedure) if none_at_all else None,
        turn=your_turn(journey),
    )


def _why_none(agency: Agency, procedure: Procedure) -> str | None:
    offers = availability.agency_offers(agency.province_code, procedure)
    cause = next((offer.none_because for offer in offers if offer.agency.id == agency.id), None)
    return offer_text.why_none(cause) if cause else None


def submit_hour(key: str) -> Response:
    """Without an answer ask the question; on yes hold the hour, on no show the hours again."""
    wish = forms.parse_hour(request.form)
    match forms.typed_fields(request.form, "acepta")["acepta"]:
        case "si":
            return _hold(key, wish)
        case "no":
            return see_other(step_address(Step.HOUR, key, wish.day))
        case _:
            return _question(at(key, Step.HOUR), wish)


def _question(journey: Journey, wish: Hour) -> Response:
    """The question page. Raises NotOffered, PlaceTaken or SamePlace before the person answers."""
    agency, procedure = _chosen(journey)
    if wish.minute == _has_already(journey, wish.day):
        raise SamePlace
    if wish.minute not in _free_minutes(journey, wish.day):
        offered = wish.minute in {slot.minute for slot in _slots(journey, wish.day)}
        raise (PlaceTaken if offered else NotOffered)(agency=agency, day=wish.day, minute=wish.minute)
    return render_step(
        "booking/pages/journey/question.html",
        key=journey.key,
        agency=agency,
        wish=wish,
        hold_minutes=shown_policy_of(agency).hold_minutes,
        bring=procedure.sheet.get("bring", ()),
        turn=your_turn(journey, wish.day),
    )


def _hold(key: str, wish: Hour) -> Response:
    if wish.agency:
        _go_there(at(key, Step.HOUR), wish.agency)
    elif availability.is_wanted(wish.day, wish.minute) and (late := _too_late(key, wish)):
        return late
    holds.place(key, browser(), wish.day, wish.minute)
    return to(Step.CONFIRM, key)


def _too_late(key: str, wish: Hour) -> Response | None:
    """Raise PlaceTaken early in a rush for one place, at the cost of one page.

    Not for a journey that may hold the place already (the button was pressed twice): the journey is read after the
    cache, so it includes what the first press took.
    """
    now = time.monotonic()
    journey = at(key, Step.HOUR)
    agency, procedure = _chosen(journey)
    has_one = journey.changes or journey.hold_since is not None
    if has_one or not availability.seen_taken(agency, procedure, wish.day, wish.minute, before=now):
        return None
    return _lost(journey, PlaceTaken(agency=agency, day=wish.day, minute=wish.minute))


def _go_there(journey: Journey, slug: str) -> None:
    """Switch to the agency of an alternative, if it differs."""
    agency, procedure = _chosen(journey)
    if slug == agency.slug:
        return
    assert journey.province_code is not None
    try:
        steps.choose_place(journey.key, browser(), steps.AgencyChoice(journey.province_code, procedure.slug, slug))
    except UnknownPlace as error:
        raise Faulty(hora=error) from error


def show_lost_hour(key: str, error: PlaceLost) -> Response:
    """The page of an unavailable place with the nearest alternatives (409)."""
    journey = owned(key, browser())
    if isinstance(error, PlaceTaken):
        availability.found_taken(*_chosen(journey), error.data["day"], error.data["minute"])
    return _lost(journey, error)


def _lost(journey: Journey, error: PlaceLost) -> Response:
    agency, procedure = _chosen(journey)
    day, minute = error.data["day"], error.data["minute"]
    answer = render_step(
        "booking/pages/journey/lost.html",
        key=journey.key,
        told=error_words(error),
        agency=agency,
        alternatives=availability.nearest(agency, procedure, day, minute),
        hold_minutes=shown_policy_of(agency).hold_minutes,
        turn=your_turn(journey),
    )
    answer.status_code = 409
    return answer


def _chosen(journey: Journey) -> tuple[Agency, Procedure]:
    assert journey.agency is not None and journey.procedure is not None
    return journey.agency, journey.procedure


def _slots(journey: Journey, day: date) -> tuple[Slot, ...]:
    agency, procedure = _chosen(journey)
    today = clock.local(clock.now(), agency.zone).date()
    return availability.hours(agency, procedure, day) if today <= day <= today + _A_YEAR else ()


def _free_minutes(journey: Journey, day: date) -> list[int]:
    """The starts available to this journey: free ones, and the one it holds."""
    held = holds.present_hold(journey, clock.now())
    own = held.minute if held and held.day == day else None
    same = _has_already(journey, day)
    free = (slot.minute for slot in _slots(journey, day) if slot.free or slot.minute == own)
    return [minute for minute in free if minute != same]


def _has_already(journey: Journey, day: date) -> int | None:
    """The present hour of the turn being changed, which is no alternative."""
    turn = journey.booking
    if not journey.changes or turn is None or turn.status != Status.CONFIRMED:
        return None
    return turn.minute if (turn.agency_id, turn.day) == (journey.agency_id, day) else None


def _parts(minutes: list[int]) -> list[tuple[str, list[int]]]:
    morning = [minute for minute in minutes if minute < NOON]
    afternoon = [minute for minute in minutes if minute >= NOON]
    parts = ((gettext("En la mañana"), morning), (gettext("En la tarde"), afternoon))
    return [(name, part) for name, part in parts if part]
