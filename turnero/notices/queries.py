"""Delivery state of mails, for pages."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from turnero.core.extensions import db
from turnero.notices.models import Notice, NoticeStatus

USUAL = timedelta(minutes=1)  # pages mention a mail that waits longer


class Fate(StrEnum):
    """Delivery state: ``sent`` to the mail server, ``soon``, ``late``, or ``refused`` permanently."""

    SENT = "sent"
    SOON = "soon"
    LATE = "late"
    REFUSED = "refused"


def fate_of(subject: str, *kinds: str, now: datetime) -> Fate | None:
    """The state of the newest mail of these kinds about ``subject`` ("booking:17"); None without one."""
    newest = (
        select(Notice.status, Notice.created_at)
        .where(Notice.subject == subject, Notice.kind.in_(kinds))
        .order_by(Notice.id.desc())
        .limit(1)
    )
    row = db.session.execute(newest).one_or_none()
    if row is None or row.status == NoticeStatus.DROPPED:
        return None
    if row.status in (NoticeStatus.SENT, NoticeStatus.DEAD):
        return Fate.SENT if row.status == NoticeStatus.SENT else Fate.REFUSED
    return Fate.LATE if row.created_at <= now - USUAL else Fate.SOON
