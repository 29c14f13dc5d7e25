"""Flask-Mail with certificate checks, time-outs and classified failures."""

import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.utils import parseaddr
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask, current_app
from flask_mail import BadHeaderError, Connection, Mail, Message

from config import MailServer, Settings
from turnero.notices.rendering import Rendered

TIMEOUT_SECONDS = 10  # for connecting and for each server answer


class DeliveryFailed(Exception):
    """The mail was not delivered. The text is the server's answer, shortened."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}"[:300])


class Unreachable(DeliveryFailed):
    """The mail server accepts no mail now: down, silent, busy, wrong certificate or password."""


class Postponed(DeliveryFailed):
    """A temporary failure of this mail. It may have arrived if the connection broke at the end."""


class _TellsHowFar:
    """A session that tracks whether the mail's data was being sent, so that it may have arrived."""

    handing_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handing_over = True
        answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]  # smtplib's, which it is mixed with
        self.handing_over = False
        return answer


class _Session(_TellsHowFar, smtplib.SMTP):
    """Plain, or encrypted by STARTTLS."""


class _TlsSession(_TellsHowFar, smtplib.SMTP_SSL):
    """Implicit TLS."""


class Rejected(DeliveryFailed):
    """A permanent failure: the server refuses the address or the mail."""


class VerifiedConnection(Connection):
    """A session that connects at the first mail and reconnects after a broken connection."""

    host: _Session | _TlsSession | None

    def __enter__(self) -> Self:
        self.host = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.host is not None:
            # Ignore errors of QUIT: all mail is already sent or not.
            with suppress(smtplib.SMTPException, OSError):
                self.host.quit()
            self.host.close()

    def open(self) -> None:
        """Ensure an open session. Raises ``Unreachable``."""
        if self.host is not None and self.host.sock is not None:
            return
        try:
            self.host = self.configure_host()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(error) from error

    def configure_host(self) -> _Session | _TlsSession:
        settings: Settings = current_app.config["SETTINGS"]
        server, name = settings.mail, _own_name(settings)
        host: _Session | _TlsSession
        if server.security == "tls":
            trusted = ssl.create_default_context()
            host = _TlsSession(server.host, server.port, name, timeout=TIMEOUT_SECONDS, context=trusted)
        else:
            host = _Session(server.host, server.port, name, timeout=TIMEOUT_SECONDS)
        try:
            _greet(host, server)
        except BaseException:
            host.close()
            raise
        return host

    def send(self, message: Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Send one mail. Raises ``Unreachable``, ``Postponed`` or ``Rejected``."""
        self.open()
        try:
            super().send(message, envelope_from)
        except BadHeaderError as error:
            raise Rejected(error) from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*(code for code, _ in error.recipients.values()))(error) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code)(error) from error
        except smtplib.SMTPSenderRefused as error:
            # Even for 5xx: our own configuration is wrong, which affects every mail until corrected.
            raise Unreachable(error) from error
        except (smtplib.SMTPException, OSError) as error:
            may_have_arrived = self.host is not None and self.host.handing_over
            raise (Postponed if may_have_arrived else Unreachable)(error) from error


def _refusal(*codes: int) -> type[DeliveryFailed]:
    """Classify the server's answer to a mail; 421 always means that it closes (RFC 5321 §3.8)."""
    if 421 in codes:
        return Unreachable
    return Rejected if all(code >= 500 for code in codes) else Postponed


class Mailer(Mail):
    """The application's mailer, configured from ``settings.mail`` and ``settings.mail_from``."""

    def init_app(self, app: Flask) -> Any:
        settings: Settings = app.config["SETTINGS"]
        app.config.update(
            MAIL_DEFAULT_SENDER=settings.mail_from,
            MAIL_SUPPRESS_SEND=False,  # tests speak real SMTP
            MAIL_DEBUG=0,  # smtplib's debug output would print codes
        )
        return super().init_app(app)

    def connect(self) -> VerifiedConnection:
        return VerifiedConnection(current_app.extensions["mail"])


mail = Mailer()


def compose(rendered: Rendered, address: str, message_id: str, written_at: datetime) -> Message:
    """The message for one address. Raises ``Rejected`` for anything that is not exactly one plain address."""
    local_part, _, domain = address.rpartition("@")
    plain = parseaddr(address) == ("", address) and address.isprintable()
    if not (plain and local_part and local_part.isascii() and domain):
        raise Rejected(BadHeaderError("not one plain address"))
    message = Message(
        rendered.subject,
        recipients=[address],
        body=rendered.text,
        html=rendered.html,
        date=written_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = message_id
    for attachment in rendered.attachments:
        shown = attachment.content_id is not None
        message.attach(
            attachment.filename,
            attachment.content_type,
            attachment.data,
            "inline" if shown else "attachment",
            {"Content-ID": f"<{attachment.content_id}>"} if shown else {},
        )
    return message


def _greet(host: smtplib.SMTP, server: MailServer) -> None:
    if server.security == "starttls":  # creating a context costs 45 ms: only with TLS
        host.starttls(context=ssl.create_default_context())
    if server.user and server.password:
        host.login(server.user, server.password)


def _own_name(settings: Settings) -> str:
    """Our name in EHLO, from the base URL, so that no name resolution can delay sending."""
    name = urlsplit(settings.base_url).hostname or "localhost"
    try:
        address = ip_address(name)
    except ValueError:
        return name
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
