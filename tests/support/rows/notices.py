"""Notices as they are in the database, and the mail server the application speaks to."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

from flask import Flask
from sqlalchemy import select

from config import MailServer
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.notices.rendering import Mail


def use_mail_server(app: Flask, port: int, security: str = "none", **login: str) -> None:
    server = MailServer("127.0.0.1", port, security, **login)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail=server)


def notice_to(address: str) -> Notice:
    """The only notice to this address, refreshed."""
    db.session.rollback()
    return db.session.scalars(select(Notice).where(Notice.address == address)).one()


def turn(**changes: object) -> SimpleNamespace:
    """A turn in words, as the mails about it take it."""
    facts = {
        "when_long": "martes 24 de noviembre de 2026",
        "day_short": "martes 24 de noviembre",
        "time": "09:30",
        "zone_note": "",
        "agency_name": "Quito Centro (demostración)",
        "agency_address": "",
        "procedure_name": "Notificación de glosas",
        "line_name": "Cartera",
        "reference": "K7MQ4XR",
        "bring": ("Cédula de ciudadanía", "La notificación"),
        "link": "http://127.0.0.1:8000/mi-turno/tOkEn",
        "kept_until": "09:40",
        "third_party": "",
    }
    return SimpleNamespace(**facts | changes)


def code_mail() -> Mail:
    """The mail of a code that serves until 10:52 on the mainland."""
    return Mail("code", {"code": "048213", "until": datetime(2026, 11, 23, 15, 52, tzinfo=UTC)})
