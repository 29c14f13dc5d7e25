"""``/metrics``: the figures that show an attack or a stand-still, for Prometheus (docs/security.md: what to watch).

All are read from the database when they are asked for: every replica gives the same, and none keeps a count.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select

from config import is_loopback
from turnero import clock
from turnero.agencies.models import Agency
from turnero.booking.lifecycle import Status
from turnero.booking.models import Booking, Event, Journey
from turnero.extensions import db, limiter
from turnero.notices.models import Notice
from turnero.staff.models import SignInFailure
from turnero.verify.models import Challenge, CodeTries

blueprint = Blueprint("metrics", __name__)
limiter.exempt(blueprint)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_OWED = ("waiting", "sending")


@blueprint.get("/metrics")
def show() -> Response:
    """For whoever brings the token, or asks from this machine and not by way of a proxy; 404 for everybody else."""
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
        yield from _people(now)
        yield from _codes(now)
        yield from _mails(now)


def _places(now: datetime) -> Iterator[GaugeMetricFamily]:
    """How fast places go, and whether those who take them want them."""
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


def _people(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Who asks for many: the most cédulas that one mailbox, one mobile or one browser has brought in a day."""
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
    """Codes that were sent and mistyped; sign-ins of the staff that went wrong."""
    sent = select(func.count()).select_from(Challenge).where(Challenge.issued_at > now - _HOUR)
    yield _gauge("codes_sent_last_hour", "Codes mailed in the last hour", "", {"": db.session.scalar(sent) or 0})
    wrong = db.session.scalar(select(func.sum(CodeTries.tries))) or 0
    yield _gauge("codes_refused_last_day", "Wrong codes typed in journeys of the last day", "", {"": wrong})
    failed = select(func.count()).select_from(SignInFailure).where(SignInFailure.at > now - _HOUR)
    yield _gauge("sign_ins_failed_last_hour", "Wrong sign-ins of the staff", "", {"": db.session.scalar(failed) or 0})


def _mails(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Whether mail goes out."""
    rows = select(Notice.status, func.count()).where(Notice.status.in_((*_OWED, "dead"))).group_by(Notice.status)
    yield _gauge("mails", "Mails that wait or could not be sent", "status", _counts(rows))
    oldest = db.session.scalar(select(func.min(Notice.created_at)).where(Notice.status.in_(_OWED)))
    seconds = (now - oldest).total_seconds() if oldest else 0
    yield _gauge("oldest_mail_seconds", "How long the oldest mail has waited", "", {"": seconds})


def _counts(rows: Select[str, int]) -> dict[str, int]:
    return dict(db.session.execute(rows).all())


def _gauge(name: str, what: str, label: str, values: dict[str, float] | dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"turnero_{name}", what, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family
