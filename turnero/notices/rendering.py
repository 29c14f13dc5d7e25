"""What a mail says: each kind of notice has a renderer that looks up the present facts when the mail is sent."""

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
    """A file of a mail; with ``content_id`` a picture that its HTML shows (``src="cid:…"``)."""

    filename: str
    content_type: str
    data: bytes = field(repr=False)
    content_id: str | None = None


@dataclass(frozen=True)
class Mail:
    """A mail to be written: the folder under templates/email and what its templates may name."""

    template: str
    context: dict[str, Any] = field(repr=False)  # may hold a code
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A mail as it goes out: one line of subject, the text and the HTML part."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()


Renderer = Callable[[Notice], Mail | None]
"""Gives the mail of a notice, or ``None`` when there is nothing to tell any more (it is dropped)."""


def register_renderer(app: Flask, kind: str, renderer: Renderer) -> None:
    """Let ``renderer`` write the notices of ``kind`` of this application."""
    app.extensions.setdefault(_EXTENSION, {})[kind] = renderer


HandOver = Callable[[Notice, datetime], None]
"""Told, in the transaction that marks a notice sent, that the mail server has it; the instant is now (UTC)."""


def on_hand_over(app: Flask, kind: str, callback: HandOver) -> None:
    """Let ``callback`` know when a notice of ``kind`` reached the mail server."""
    app.extensions.setdefault(_HAND_OVERS, {})[kind] = callback


def handed_over(notice: Notice, now: datetime) -> None:
    """Tell whoever wants to know. The caller commits."""
    callback: HandOver | None = current_app.extensions.get(_HAND_OVERS, {}).get(notice.kind)
    if callback is not None:
        callback(notice, now)


def render(notice: Notice) -> Rendered | None:
    """The mail of ``notice`` as of now. Raises KeyError for a kind nobody registered."""
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
        # Straight from the environment: there is no request, so the pages' context processors must not run.
        template = current_app.jinja_env.get_template(f"email/{mail.template}/{name}")
        return template.render(shared, **mail.context)

    subject = " ".join(part("subject.txt").split())
    return Rendered(subject, part("body.txt"), part("body.html"), mail.attachments)


def mainland_time(instant: datetime) -> str:
    """What most clocks in Ecuador show at ``instant``: 10:52. For mails that know no agency yet."""
    wall = clock.local(instant, MAINLAND)
    return formatting.clock_time(wall.hour * 60 + wall.minute)


def qr_picture(reference: str) -> Attachment:
    """The reference alone as a QR code for scanners, shown in the mail's HTML as ``cid:qr``."""
    png = BytesIO()
    qr.symbol(reference).save(png, kind="png", scale=6, border=4)
    return Attachment(f"{reference}.png", "image/png", png.getvalue(), content_id="qr")
