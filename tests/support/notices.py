"""Notices as they are in the database, and the mail server the application speaks to."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from config import MailServer
from turnero.extensions import db
from turnero.notices.models import Notice


def use_mail_server(app: Flask, port: int, security: str = "none", **login: str) -> None:
    server = MailServer("127.0.0.1", port, security, **login)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail=server)


def notice_to(address: str) -> Notice:
    """The one notice to this address, read anew."""
    db.session.rollback()
    return db.session.scalars(select(Notice).where(Notice.address == address)).one()
