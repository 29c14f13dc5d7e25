"""Checks the invariants after the faults, from the clients' log, the mail server's log and the database."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select, text

from rehearsals.chaos.browser import Browser
from rehearsals.chaos.citizens import Log, Shown, shown
from rehearsals.chaos.stack import Stack
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.operations.audit import audit

EXCUSED_SECONDS = 10
WANTED = 0.99
HOLD_SECONDS = 300
TAKE_HOURS = ("windows cut", "agency closed")
WINDOWS = {"Agencia Norte": 1, "Agencia Centro": 3, "Agencia Sur": 3}  # as in catalogue.yaml
_TRACE = re.compile(r'Traceback|"exception":')


@dataclass(frozen=True)
class Begun:
    """A fault that began at ``at`` (seconds of the machine) and, if it could not be done, why."""

    name: str
    at: float
    failed: str = ""


@dataclass
class Verdict:
    """``violations`` is empty when every promise was kept; ``figures`` are for the report."""

    violations: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)


def judge(app: Flask, stack: Stack, log: Log, faults: list[Begun]) -> Verdict:
    """All checks, with the product idle and its outbox delivered."""
    verdict = Verdict()
    with app.app_context():
        for check in (_audit, _as_shown, _overbooked, _mails, _untold):
            verdict.violations += check(stack, log)
        turns = Counter(db.session.scalars(select(Booking.status)))
    verdict.violations += log.broken
    verdict.violations += _as_the_page_says(app, stack, log)
    verdict.violations += _traces(stack)
    verdict.violations += _holds_lost(log, faults)
    verdict.violations += [f"fault not done: {fault.name}: {fault.failed}" for fault in faults if fault.failed]
    asked = [one for one in log.asked if not _excused(one.began, faults)]
    good = sum(one.good for one in asked) / max(1, len(asked))
    if good < WANTED:
        bad = Counter(f"{one.what} {one.status}" for one in asked if not one.good)
        verdict.violations.append(f"only {good:.2%} answered or politely refused: {dict(bad.most_common(6))}")
    confirmed = len(log.shown)
    if confirmed < 3 * max(1, len(faults)):
        verdict.violations.append(f"only {confirmed} turns confirmed: such a run shows nothing")
    refused = sum(one.polite for one in asked)
    verdict.figures = {
        "faults": str(len(faults)),
        "requests": f"{len(log.asked)}, of which {len(asked)} outside the {EXCUSED_SECONDS} s after a fault",
        "answered or politely refused outside": f"{good:.2%} ({refused} refusals)",
        "slowest answer outside": f"{max((one.seconds for one in asked), default=0):.1f} s",
        "failed inside the excused seconds": str(sum(not one.good for one in log.asked if one not in asked)),
        "turns shown as confirmed": str(confirmed),
        "confirms repeated": str(log.repeated),
        "kept places lost": str(len(log.lost)),
        "answers to COMMIT lost": str(stack.wire.lost),
        "journeys given up": str(log.abandoned),
        "turns by status": ", ".join(f"{status} {number}" for status, number in sorted(turns.items())),
        "mails taken": f"{len(stack.post.arrivals)}, twice: {_twice(stack)}",
    }
    return verdict


def _holds_lost(log: Log, faults: list[Begun]) -> Iterator[str]:
    """Holds last five minutes, longer than anybody takes, so only closed hours and fewer windows may end them."""
    taken_away = [fault.at for fault in faults if fault.name in TAKE_HOURS]
    for at in log.lost:
        if not any(0 <= at - began <= HOLD_SECONDS for began in taken_away):
            yield "a place that was kept for somebody was gone when they confirmed"


def _excused(began: float, faults: list[Begun]) -> bool:
    return any(0 <= began - fault.at < EXCUSED_SECONDS for fault in faults)


def _audit(_stack: Stack, _log: Log) -> list[str]:
    return [f"audit: {violation}" for violation in audit()]


def _as_shown(_stack: Stack, log: Log) -> Iterator[str]:
    """I2: every shown turn exists, unchanged except by later events."""
    for one in log.shown.values():
        row = db.session.execute(
            text("SELECT estado, inicio_utc, zona FROM v_turnos WHERE referencia = :reference"),
            {"reference": one.reference},
        ).one_or_none()
        if row is None:
            yield f"{one.reference} was shown as confirmed and does not exist"
        elif one.state != "unsure" and row.estado != _estado(one) and not _event_after(one):
            yield f"{one.reference} was shown as {one.state} and is {row.estado}, with no event that says why"


def _estado(one: Shown) -> str:
    return {"confirmed": "confirmado", "cancelled": "cancelado"}[one.state]


def _event_after(one: Shown) -> bool:
    events = db.session.execute(
        text("SELECT momento_utc FROM v_eventos WHERE referencia = :reference"), {"reference": one.reference}
    ).scalars()
    return any(moment.timestamp() > one.at - 60 for moment in events)


def _as_the_page_says(app: Flask, stack: Stack, log: Log) -> Iterator[str]:
    """Each confirmed turn's page shows the same reference and hour, unless its hours were closed."""
    browser = Browser(stack.url, "127.0.0.250", [])
    with app.app_context():
        moved = _displaced()
    for one in log.shown.values():
        if one.state != "confirmed" or one.reference in moved:
            continue
        now = browser.get(f"/mi-turno/{one.token}")
        seen = shown(now)
        if seen is None:
            yield f"{one.reference}: its page answers {now.status}"
        elif (seen.reference, seen.when) != (one.reference, one.when):
            yield f"{one.reference} was shown for {one.when}; its page now says {seen.reference}, {seen.when}"


def _displaced() -> set[str]:
    """References of displaced turns, from their events."""
    return set(db.session.execute(text("SELECT referencia FROM v_eventos WHERE a = 'desplazado'")).scalars())


def _overbooked(_stack: Stack, log: Log) -> Iterator[str]:
    """I1 from the outside: never more people shown the same hour of the same agency than it has windows."""
    still = set(db.session.execute(text("SELECT referencia FROM v_turnos WHERE estado = 'confirmado'")).scalars())
    moved = _displaced()
    shown_there = Counter(
        (one.agency, one.when)
        for one in log.shown.values()
        if one.state == "confirmed" and one.reference in still - moved
    )
    for place, number in shown_there.items():
        windows = next(number for name, number in WINDOWS.items() if name in place[0])
        if number > windows:
            yield f"{number} people were shown {place[0]}, where windows are {windows}"


def _mails(stack: Stack, _log: Log) -> Iterator[str]:
    """I4, I5: every confirmation went out, no mail without its notice, none after it expired, few twice."""
    notices = {notice.message_id: notice for notice in db.session.scalars(select(Notice))}
    taken = {arrival.message_id for arrival in stack.post.arrivals}
    given_up = set(db.session.scalars(select(Booking.reference).where(Booking.status == "cancelled")))
    for message_id, notice in notices.items():
        # A turn cancelled before its mail was sent gets only the cancellation mail.
        told = notice.status in ("sent", "dead") or (notice.status == "dropped" and notice.reference in given_up)
        if notice.kind == "confirmation" and not told:
            yield f"the confirmation of {notice.reference} is {notice.status} an hour later"
        if notice.status == "sent" and message_id not in taken:
            yield f"{notice.kind} of {notice.reference or notice.subject} is marked sent and never arrived"
    for arrival in stack.post.arrivals:
        known = notices.get(arrival.message_id)
        if known is None:
            yield f"a mail without its notice: {arrival.subject}"
        elif known.expires_at and datetime.fromtimestamp(arrival.at, UTC) > known.expires_at:
            yield f"{known.kind} delivered after it expired"


def _untold(stack: Stack, _log: Log) -> Iterator[str]:
    """A mail may arrive twice only once per connection cut at the end of its transfer."""
    twice = _twice(stack)
    if twice > stack.excused_doubles:
        yield f"{twice} mails came twice, {stack.excused_doubles} could be excused"


def _twice(stack: Stack) -> int:
    """Mails that the server acknowledged more than once, counted once for each repetition."""
    return sum(
        number - 1 for number in Counter(one.message_id for one in stack.post.arrivals if one.acknowledged).values()
    )


def _traces(stack: Stack) -> Iterator[str]:
    """No stack trace in any log of the product."""
    for process in stack.managed:
        lines = process.log.read_text(errors="replace").splitlines()
        found = [line for line in lines if _TRACE.search(line)]
        if found:
            yield f"{len(found)} stack traces in the log of {process.name}, the first: {found[0][:1500]}"
