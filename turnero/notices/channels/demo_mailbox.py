"""The demo's mailbox: mails stored as files and shown as people see them."""

import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from turnero.core import clock, formatting
from turnero.notices.rendering import MAINLAND, mainland_time

_ID = re.compile(r"\d{19}-[0-9a-f]{8}")
_CODE = re.compile(r"\d{6}")
_SHOWN = 100


@dataclass(frozen=True)
class Piece:
    """A part of a line; ``href``: path of a link to this site."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``is_code`` if it contains only a verification code."""

    lines: tuple[tuple[Piece, ...], ...]
    is_code: bool


@dataclass(frozen=True)
class Letter:
    """A mail in the list. ``id`` grows with arrival; day and time are mainland time."""

    id: str
    subject: str
    sender: str
    recipient: str
    day: str
    time: str
    body: str
    attachments: tuple[str, ...]

    def paragraphs(self, base_url: str) -> Iterator[Paragraph]:
        """The text part, with links only to ``base_url``."""
        for block in re.split(r"\n\s*\n", self.body.strip()):
            lines = tuple(tuple(_pieces(line, base_url)) for line in block.splitlines())
            yield Paragraph(lines, is_code=_CODE.fullmatch(block.strip()) is not None)


def store(folder: Path, content: bytes) -> None:
    """Store a mail atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{time.time_ns():019d}-{secrets.token_hex(4)}"
    arriving = folder / f"{name}.arriving"
    arriving.write_bytes(content)
    arriving.rename(folder / f"{name}.eml")


def letters(folder: Path) -> list[Letter]:
    """The newest hundred mails, newest first."""
    newest = sorted(folder.glob("*.eml"), reverse=True)[:_SHOWN]
    return [_letter(path) for path in newest]


def find_letter(folder: Path, letter_id: str) -> Letter | None:
    """The mail with this id, or None."""
    path = folder / f"{letter_id}.eml"
    return _letter(path) if _ID.fullmatch(letter_id) and path.is_file() else None


def _letter(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)
    text = message.get_body(("plain",))
    at = message["Date"].datetime
    return Letter(
        id=path.stem,
        subject=message.get("Subject", ""),
        sender=message.get("From", ""),
        recipient=message.get("To", ""),
        day=formatting.long_date(clock.local(at, MAINLAND).date()),
        time=mainland_time(at),
        body=text.get_content() if text is not None else "",
        attachments=tuple(part.get_filename() or part.get_content_type() for part in message.iter_attachments()),
    )


def _pieces(line: str, base_url: str) -> Iterator[Piece]:
    own = re.compile(rf"({re.escape(base_url)}(?:/\S*)?)(?=\s|$)")
    for text in own.split(line):
        if own.fullmatch(text):
            yield Piece(text, text.removeprefix(base_url) or "/")
        elif text:
            yield Piece(text)
