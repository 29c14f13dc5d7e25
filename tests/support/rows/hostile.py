"""Hostile names for every free text, and comparison of pages with and without them."""

from flask import current_app
from sqlalchemy import delete, select, update

from tests.support.pages.page import Page
from tests.support.rows.build import start_writing
from turnero.agencies.models import Agency, Closure, Line, Procedure, Province
from turnero.booking.turn.models import Booking, Displacement, Event
from turnero.core.extensions import db
from turnero.staff.models import Account, DataView, Device
from turnero.verify.models import Citizen

# The result if a template evaluated the payload; it never occurs otherwise.
WORKED_OUT = "49000147"
PAYLOADS = {
    "script": "</td></title></textarea><script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "svg": "<svg/onload=alert(1)>//",
    "attribute": "x' onmouseover='alert(1)' y=\" autofocus onfocus=\"alert(1)",
    "template": "{{7*7*1000003}}${7*7*1000003}{%print(7*7*1000003)%}{#",
    "entities": "&lt;b&gt;&amp;#x27;&quot;<!--",
    "formula": '=HYPERLINK("http://evil.example","pulse")',
    "plus": "+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd",
    "lines": "Ana\r\nBcc: eva@evil.example\r\nX-Evil: 1\r\n\r\nSubject: otro",
    "calendar": "Ana\nEND:VEVENT\nBEGIN:VEVENT\nATTENDEE:mailto:eva@evil.example\\n;,:",
    "turned": "ana\u202egpj.exe\u2066\u200f",
    "family": "👩‍👩‍👧‍👦 🏳️‍🌈 Ñandú 中文",
    "long": "ñ" * 200,
    "terminal": "\x1b[2J\x1b[31mrojo\x07\x9b1m",
    "nothing": "ana\0byte",
    "percent": "%0d%0aX-Evil:%201 %s %n %(x)s {0} \\u003cb\\u003e",
}
ALL = " ".join(PAYLOADS[name] for name in ("script", "attribute", "template", "formula", "percent"))


def call_everything(name: str) -> None:
    """Rename everything in the database to ``name`` and delete recorded views."""
    current_app.extensions.pop("turnero.province_offers", None)  # kept for some seconds
    start_writing()
    sheet = {"bring": [name], "requirements": {"presencial": [name], "third_party": name}, "description": name}
    for changed in (
        delete(DataView),
        update(Province).values(name=name, capital=name),
        update(Agency).values(name=name, address=name, canton=name),
        update(Line).values(name=name),
        update(Procedure).values(name=name, sheet=sheet),
        update(Citizen).values(names=name, surnames=name),
        update(Booking).where(Booking.third_party_cedula.is_not(None)).values(third_party_name=name),
        update(Displacement).values(reason=name),
        update(Closure).values(name=name),
    ):
        db.session.execute(changed)
    for event in db.session.scalars(select(Event)):
        if "why" in event.details:
            event.details = event.details | {"why": name}
    for device in db.session.scalars(select(Device)):
        device.name = f"{name} {device.id}"
    for account in db.session.scalars(select(Account)):
        account.email = f"{name} {account.id}"
    db.session.commit()


def bones(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """A page without its words: each element with the names of its attributes, in order."""
    return [(element.tag, tuple(sorted(element.attributes))) for element in page.inside()]


def skin(page: Page) -> str:
    """All visible and spoken text of a page, with normalised spaces."""
    said = (value for element in page.inside() for name, value in element.attributes.items() if name != "href")
    return " ".join(f"{page.text} {' '.join(said)}".split())
