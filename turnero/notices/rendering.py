"""Renders mails: each kind of notice has a renderer that reads the present facts when the mail is sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Flask, current_app

from turnero.core import clock, formatting, qr
from turnero.notices.models import Notice

MAINLAND = "America/Guayaquil"
_EXTENSION = "turnero.renderers"
_HAND_OVERS = "turnero.hand_overs"


@dataclass(frozen=True)
class Attachment:
    """An attachment; with ``content_id`` an inline image of the HTML (``src="cid:…"``)."""

    filename: str
    content_type: str
    data: bytes = field(repr=False)
    content_id: str | None = None


@dataclass(frozen=True)
class Mail:
    """A mail to render: folder under templates/email and template context."""

    template: str
    context: dict[str, Any] = field(repr=False)  # may contain a code
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A rendered mail: subject line, text and HTML."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()


Renderer = Callable[[Notice], Mail | None]
"""Gives the mail of a notice, or ``None`` when there is nothing to tell any more (it is dropped)."""


def register_renderer(app: Flask, kind: str, renderer: Renderer) -> None:
    """Register the renderer of ``kind`` for this application."""
    app.extensions.setdefault(_EXTENSION, {})[kind] = renderer


HandOver = Callable[[Notice, datetime], None]
"""Told, in the transaction that marks a notice sent, that the mail server has it; the instant is now (UTC)."""


def on_hand_over(app: Flask, kind: str, callback: HandOver) -> None:
    """Register a callback for notices of ``kind`` accepted by the mail server."""
    app.extensions.setdefault(_HAND_OVERS, {})[kind] = callback


def handed_over(notice: Notice, now: datetime) -> None:
    """Run the registered callbacks. The caller commits."""
    callback: HandOver | None = current_app.extensions.get(_HAND_OVERS, {}).get(notice.kind)
    if callback is not None:
        callback(notice, now)


def render(notice: Notice) -> Rendered | None:
    """Render ``notice`` from the present facts. Raises KeyError for an unregistered kind."""
    renderer: Renderer = current_app.extensions[_EXTENSION][notice.kind]
    mail = renderer(notice)
    return None if mail is None else fill(mail)


def fill(mail: Mail) -> Rendered:
    """Fill the templates of ``mail``; HTML is escaped, text is not."""
    shared = {
        "base_url": current_app.config["SETTINGS"].base_url,
        "mainland_time": mainland_time,
        "pictures": {attachment.content_id for attachment in mail.attachments},
    }

    def part(name: str) -> str:
        # Directly from the environment: without a request the pages' context processors must not run.
        template = current_app.jinja_env.get_template(f"email/{mail.template}/{name}")
        return template.render(shared, **mail.context)

    subject = " ".join(part("subject.txt").split())
    return Rendered(subject, part("body.txt"), part("body.html"), mail.attachments)


def mainland_time(instant: datetime) -> str:
    """Mainland time of ``instant``, for mails before an agency is chosen: 10:52."""
    wall = clock.local(instant, MAINLAND)
    return formatting.clock_time(wall.hour * 60 + wall.minute)


def qr_picture(reference: str) -> Attachment:
    """The reference as a QR code, shown in the mail's HTML as ``cid:qr``."""
    png = BytesIO()
    qr.symbol(reference).save(png, kind="png", scale=6, border=4)
    return Attachment(f"{reference}.png", "image/png", png.getvalue(), content_id="qr")
