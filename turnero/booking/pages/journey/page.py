"""Common parts of the journey's pages: ownership, present step, and errors on the page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, url_for

from turnero.booking.documents.turn_text import PlaceText
from turnero.booking.journey.state import Step, owned, step_of
from turnero.booking.seats import limits
from turnero.booking.turn.errors import CapReached, WrongStep
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Journey
from turnero.booking.turn.queries import token_of
from turnero.core import clock, formatting, messages
from turnero.core.errors import TurneroError
from turnero.core.language import gettext
from turnero.web import page
from turnero.web.page import NO_ERRORS, FormErrors, see_other
from turnero.web.session import browser

# The zone of hours before an agency is chosen.
MAINLAND = "America/Guayaquil"
_ORDER = tuple(Step)


def render_step(template: str, form_errors: FormErrors = NO_ERRORS, **values: Any) -> Response:
    """Render a page of the journey or the turn, with its errors on top."""
    return page.render_page(template, form_errors, tell=error_words, **values)


def error_words(error: TurneroError) -> str:
    """The sentence of an error; instants are shown in mainland time."""
    if isinstance(error, CapReached):
        until = clock.local(error.data["until"], MAINLAND)
        day, time = formatting.day_and_month(until.date()), formatting.time_of(until)
        error = CapReached(until=gettext("%(day)s a las %(time)s", day=day, time=time))
    return messages.text_of(error)


def at(key: str, page: Step) -> Journey:
    """This browser's journey, for the page of a step.

    Raises NotFound, NotInRegistry, WrongStep if the step is not reached or cannot be revisited, and the errors of
    ``check_change``.
    """
    journey = owned(key, browser())
    step = step_of(journey, clock.now())
    too_early = _ORDER.index(page) > _ORDER.index(step)
    proven = page is Step.VERIFY and step is not Step.VERIFY
    changing = page is Step.CONTACT and journey.changes
    if too_early or proven or changing or step is Step.DONE:
        raise WrongStep(step=step)
    check_change(journey)
    return journey


def check_change(journey: Journey) -> None:
    """Raises NotChangeable or ChangesSpent if the journey changes a turn that can no longer change."""
    if journey.changes:
        assert journey.booking is not None
        limits.check_changeable(journey.booking, clock.now())


def to(step: Step, key: str) -> Response:
    """Redirect to the next step after a valid form."""
    return see_other(step_address(step, key))


def to_where_it_is(key: str, step: Step) -> Response:
    """Redirect to the journey's present step."""
    return to_its_turn(key) if step is Step.DONE else to(step, key)


def to_its_turn(key: str) -> Response:
    """Redirect to the turn the journey made or changes."""
    booking = owned(key, browser()).booking
    assert booking is not None
    return to_turn(token_of(booking))


def to_turn(token: str) -> Response:
    return see_other(url_for("turn.show_turn", token=token))


def step_address(step: Step, key: str, day: date | None = None, limit: date | None = None) -> str:
    """The URL of a step's page; each step's value is its last part.

    ``limit``: the estimated last day of a legal term; the pages of day and hour warn after it.
    """
    return url_for(f"journey.{step.value}", key=key, dia=day, limite=limit)


@dataclass(frozen=True)
class Changing:
    """The turn being changed. ``displaced``: it has already lost its place."""

    old: PlaceText
    displaced: bool
    token: str


@dataclass(frozen=True)
class YourTurn:
    """The choices so far, for the ticket preview, and the turn they replace."""

    tramite: str | None = None
    agencia: str | None = None
    dia: str | None = None
    hora: str | None = None
    changing: Changing | None = None


def your_turn(journey: Journey | None = None, day: date | None = None) -> YourTurn:
    """The side panel of a journey's pages."""
    if journey is None:
        return YourTurn()
    return YourTurn(
        tramite=journey.procedure.name if journey.procedure else None,
        agencia=journey.agency.name if journey.agency else None,
        dia=formatting.long_date(day) if day else None,
        changing=_changing(journey),
    )


def _changing(journey: Journey) -> Changing | None:
    turn = journey.booking
    if not journey.changes or turn is None:
        return None
    old = PlaceText.of(turn.agency, turn.day, turn.minute)
    return Changing(old, turn.status == Status.DISPLACED, token_of(turn))


def clock_words(instant: datetime, zone: str) -> str:
    """The clock time of an instant: 10:52"""
    return formatting.time_of(clock.local(instant, zone))
