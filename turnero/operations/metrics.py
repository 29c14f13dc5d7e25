"""``/metrics`` for Prometheus: figures that reveal an attack or a standstill (docs/security.md: what to watch).

All are read from the database on request, so that every replica reports the same.
"""

import hmac
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, case, column, func, select, table

from config import is_loopback
from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Agency, Desk
from turnero.booking.seats.claims import counting
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Claim, Displacement, Event, Journey
from turnero.booking.turn.request_models import Draw, SeatOffer, SeatRequest
from turnero.booking.turn.states import DisplacementStatus, OfferStatus
from turnero.core import clock
from turnero.core.db import UtcDateTime
from turnero.core.extensions import db, limiter
from turnero.core.shared_values import shared
from turnero.notices.models import OWED, Notice, NoticeStatus
from turnero.staff.models import SignInFailure
from turnero.transparency.models import Complaint
from turnero.verify.models import Challenge, CodeTries
from turnero.web import refusals

blueprint = Blueprint("metrics", __name__)
limiter.exempt(blueprint)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_A_MINUTE = 60.0
_DAYS_SHOWN = 7
_MAILS_LOOKED_AT = 2000


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Metrics for requests with the token, or from this machine without a proxy; 404 for others."""
    if not _may_look():
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Figures())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_look() -> bool:
    token = current_app.config["SETTINGS"].metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is not None and hmac.compare_digest(sent.encode(), token.encode()):
        return True
    came_by_proxy = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return token is None and not came_by_proxy and is_loopback(request.remote_addr)


class _Figures(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = clock.now()
        yield from _places(now)
        yield from _journeys(now)
        yield from _refusals()
        yield from _people(now)
        yield from _codes(now)
        yield from _mails(now)
        yield from _work(now)


def _places(now: datetime) -> Iterator[GaugeMetricFamily]:
    """How fast places are taken, and how many are confirmed."""
    recent = select(Event.after, func.count()).where(Event.at > now - _HOUR, Event.before.is_distinct_from(Event.after))
    steps = _counts(recent.group_by(Event.after))
    yield _gauge("turns_last_hour", "Steps of turns in the last hour, by the state they led to", "state", steps)
    taken = (
        select(Agency.slug, func.count())
        .join(Booking, Booking.agency_id == Agency.id)
        .join(Event, Event.booking_id == Booking.id)
        .where(Event.at > now - timedelta(minutes=10), Event.after == Status.HELD)
    )
    yield _gauge("places_taken_last_10_minutes", "Places held", "agency", _counts(taken.group_by(Agency.slug)))
    left = shared("places left", lambda: _places_left(now), _A_MINUTE)
    yield _gauge("places_left", "Free seats of all agencies, by days ahead", "days_ahead", left)


def _places_left(now: datetime) -> dict[str, int]:
    """Free seats of open cells today and on the next six days."""
    desks = db.session.scalars(select(Desk)).all()
    first = now.date() - timedelta(days=1)  # it may still be yesterday at an agency
    calendars = agencies.desk_calendars(desks, first, first + timedelta(days=_DAYS_SHOWN + 1))
    claims = select(Claim.desk_id, Claim.day, func.count()).where(Claim.day >= first, counting(now))
    taken = {(desk, day): count for desk, day, count in db.session.execute(claims.group_by(Claim.desk_id, Claim.day))}
    left: Counter[str] = Counter({str(ahead): 0 for ahead in range(_DAYS_SHOWN)})
    for desk in desks:
        today = clock.local(now, desk.agency.zone).date()
        for ahead in range(_DAYS_SHOWN):
            open_that_day = grid(calendars[desk.id], today + timedelta(days=ahead))
            seats = len(open_that_day.cells) * open_that_day.windows
            left[str(ahead)] += max(0, seats - taken.get((desk.id, open_that_day.day), 0))
    return left


def _journeys(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Journeys begun in the last hour, by step."""
    step = case(
        (Journey.done.is_(True), "hecho"),
        (Journey.mailbox.is_(None), "contacto"),
        (Journey.verified_at.is_(None), "verificar"),
        (Journey.agency_id.is_(None), "lugar"),
        (Journey.hold_lapses_at > now, "confirmar"),
        else_="horario",
    )
    rows = select(step, func.count()).where(Journey.created_at > now - _HOUR).group_by(step)
    yield _gauge(
        "journeys_last_hour", "Journeys begun in the last hour, by the step they are at", "step", _counts(rows)
    )


def _refusals() -> Iterator[GaugeMetricFamily]:
    """Refusals by limits and lost races."""
    yield _gauge("refusals_last_hour", "People turned down in the last hour, by reason", "reason", refusals.last_hour())


def _people(now: datetime) -> Iterator[GaugeMetricFamily]:
    """The highest number of cédulas per mailbox, mobile and browser in a day."""
    most = {}
    for name, channel in (("mailbox", Journey.mailbox), ("mobile", Journey.mobile), ("browser", Journey.browser)):
        each = (
            select(func.count(Journey.cedula.distinct()).label("people"))
            .where(Journey.created_at > now - _DAY, channel.is_not(None))
            .group_by(channel)
            .subquery()
        )
        most[name] = db.session.scalar(select(func.max(each.c.people))) or 0
    yield _gauge("cedulas_of_one_channel_last_day", "The most cédulas of one channel", "channel", most)


def _codes(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Codes sent and mistyped; failed staff sign-ins."""
    sent = select(func.count()).select_from(Challenge).where(Challenge.issued_at > now - _HOUR)
    yield _gauge("codes_sent_last_hour", "Codes mailed in the last hour", "", {"": db.session.scalar(sent) or 0})
    wrong = db.session.scalar(select(func.sum(CodeTries.tries))) or 0
    yield _gauge("codes_refused_last_day", "Wrong codes typed in journeys of the last day", "", {"": wrong})
    failed = select(func.count()).select_from(SignInFailure).where(SignInFailure.at > now - _HOUR)
    yield _gauge("sign_ins_failed_last_hour", "Wrong sign-ins of the staff", "", {"": db.session.scalar(failed) or 0})


def _mails(now: datetime) -> Iterator[GaugeMetricFamily]:
    """State of the mail queue."""
    rows = (
        select(Notice.status, func.count()).where(Notice.status.in_((*OWED, NoticeStatus.DEAD))).group_by(Notice.status)
    )
    yield _gauge("mails", "Mails that wait or could not be sent", "status", _counts(rows))
    oldest = db.session.scalar(select(func.min(Notice.created_at)).where(Notice.status.in_(OWED)))
    seconds = (now - oldest).total_seconds() if oldest else 0
    yield _gauge("oldest_mail_seconds", "How long the oldest mail has waited", "", {"": seconds})
    newest = select(Notice.kind, Notice.created_at, Notice.sent_at).order_by(Notice.id.desc()).limit(_MAILS_LOOKED_AT)
    delays: dict[str, list[float]] = defaultdict(list)
    for kind, created_at, sent_at in db.session.execute(newest):
        if sent_at is not None and sent_at > now - _HOUR:
            delays[kind].append((sent_at - created_at).total_seconds())
    slowest = {kind: sorted(seconds)[int(0.95 * (len(seconds) - 1))] for kind, seconds in delays.items()}
    yield _gauge("mail_delay_seconds", "95 of 100 mails of the last hour left within", "kind", slowest)


def _work(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Overdue work of jobs and staff."""
    lease = table("leases", column("expires_at", UtcDateTime))  # of the jobs module, which alone writes this table
    until = db.session.scalar(select(func.max(lease.c.expires_at)))
    silent = {} if until is None else {"": max(0.0, (now - until).total_seconds())}
    yield _gauge("jobs_silent_seconds", "How long nobody has led the jobs", "", silent)
    waiting = select(SeatRequest.status, func.count()).where(SeatRequest.ended_at.is_(None))
    yield _gauge(
        "seat_requests", "People who wait for a place", "status", _counts(waiting.group_by(SeatRequest.status))
    )
    late = {
        "draws": select(func.count()).where(Draw.closes_at <= now, Draw.drawn_at.is_(None)),
        "offers": select(func.count()).where(SeatOffer.answer_by <= now, SeatOffer.status == OfferStatus.OPEN),
        "displaced": select(func.count()).where(
            Displacement.status == DisplacementStatus.PENDING, Displacement.ended_at.is_(None)
        ),
        "complaints": select(func.count()).where(
            Complaint.due_day < now.date(), Complaint.answered_at.is_(None), Complaint.kind == "complaint"
        ),
    }
    counted = {name: db.session.scalar(rows) or 0 for name, rows in late.items()}
    yield _gauge("late", "Work whose time has come: seconds are usual, minutes are not", "what", counted)


def _counts(rows: Select[str, int]) -> dict[str, int]:
    return dict(db.session.execute(rows).all())


def _gauge(name: str, what: str, label: str, values: dict[str, float] | dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"turnero_{name}", what, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family
