"""Writes pending mails in the transaction of their cause: both are committed or neither."""

import secrets
from datetime import datetime
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, CursorResult, Insert, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from turnero.core import clock
from turnero.core.db import on_postgresql
from turnero.core.extensions import db
from turnero.notices.models import Notice, NoticeStatus

# Lower goes first: a person waits for the code, nobody waits for a reminder.
CODE, CONFIRMATION, REMINDER = 1, 2, 3


def write(
    kind: str,
    subject: str,
    address: str,
    *,
    now: datetime,
    priority: int,
    occasion: str = "",
    reference: str | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Write a pending mail of ``kind`` about ``subject`` ("booking:17"). The caller commits.

    Idempotent per ``occasion``. After ``expires_at`` the mail is not delivered.
    """
    notice = {
        "kind": kind,
        "subject": subject,
        "occasion": occasion,
        "reference": reference,
        "address": address,
        "priority": priority,
        "message_id": f"<{secrets.token_hex(16)}@{_host()}>",
        "created_at": now,
        "next_try_at": now,
        "expires_at": expires_at,
    }
    db.session.execute(_insert(on_postgresql()), notice)


@cache
def _insert(postgres: bool) -> Insert:
    insert = postgresql.insert if postgres else sqlite.insert
    return insert(Notice).on_conflict_do_nothing(index_elements=["kind", "subject", "occasion"])


def _host() -> str:
    """The public host, so that a Message-ID does not reveal the sending machine."""
    return urlsplit(current_app.config["SETTINGS"].base_url).hostname or "localhost"


def revivable() -> tuple[ColumnElement[bool], ...]:
    """Dead notices that have not expired."""
    return Notice.status == NoticeStatus.DEAD, or_(Notice.expires_at.is_(None), Notice.expires_at > clock.now())


def revive() -> int:
    """Make dead notices due now with all attempts. Returns how many. The caller commits."""
    dead = update(Notice).where(*revivable())
    revived = db.session.execute(dead.values(status=NoticeStatus.WAITING, attempts=0, next_try_at=clock.now()))
    return cast("CursorResult[Any]", revived).rowcount
