"""Real SMTP servers on free ports of this machine, well behaved or not."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.servers.smtp import TidyController


class Sink:
    """Received mails and configured answers: ``refuse["RCPT"] = "550 no such user"``, ``hang_up`` after DATA.

    ``arriving`` is called, in another thread, with each mail before it is acknowledged.
    """

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refuse: dict[str, str] = {}
        self.hang_up = False
        self.arriving: Callable[[EmailMessage], object] = lambda _mail: None
        self.port = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [parsed(envelope) for envelope in self.envelopes]

    @property
    def recipients(self) -> list[str]:
        return [address for envelope in self.envelopes for address in envelope.rcpt_tos]

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        envelope.mail_from = address
        return self.refuse.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if answer := self.refuse.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if answer := self.refuse.get("DATA"):
            return answer
        self.envelopes.append(envelope)
        await asyncio.to_thread(self.arriving, parsed(envelope))
        if self.hang_up and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"


def parsed(envelope: Envelope) -> EmailMessage:
    return message_from_bytes(envelope.original_content or b"", _class=EmailMessage, policy=policy.default)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    sink: Sink, *, certificate: str | None = None, starttls: bool = False, password: str | None = None
) -> Iterator[Sink]:
    """``sink`` as a server: plain, TLS from the start (``certificate``) or after STARTTLS; with a password or open."""
    tls = None
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: LoginPassword
    ) -> AuthResult:
        # "handled" would mean that the answer was given already.
        return AuthResult(success=login.password == (password or "").encode(), handled=False)

    controller = TidyController(
        sink,
        hostname="127.0.0.1",
        port=free_port(),
        ready_timeout=30,
        ssl_context=None if starttls else tls,
        tls_context=tls if starttls else None,
        require_starttls=starttls,
        authenticator=check if password else None,
        auth_required=password is not None,
        auth_require_tls=starttls,
    )
    controller.start()
    sink.port = controller.port
    try:
        yield sink
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """A server that accepts connections and never answers; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
