"""The mail server of the chaos run: stores acknowledged mails and can misbehave."""

import asyncio
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.servers.mail_servers import free_port
from tests.support.servers.smtp import TidyController, code_in

CODE_SUBJECT = "Verificar IESS turno online"


@dataclass(frozen=True)
class Arrival:
    """A received mail; ``acknowledged`` unless the connection was cut before the reply. Machine time."""

    message_id: str
    recipient: str
    subject: str
    code: str | None
    at: float
    acknowledged: bool


class Post:
    """An SMTP server. ``mood``: well, refused, 421, silent, slow, cut (after DATA) or 550 (for every other address)."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mood = "well"
        self.arrivals: list[Arrival] = []
        self.waiting = threading.Event()  # the client waits for a silent or slow server
        self._arrived = threading.Condition()
        self._server: TidyController | None = None

    def start(self) -> None:
        self._server = TidyController(self, hostname="127.0.0.1", port=self.port, ready_timeout=30)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(no_assert=True)
            self._server = None

    def become(self, mood: str) -> None:
        was, self.mood = self.mood, mood
        self.waiting.clear()
        if mood == "refused":
            self.stop()
        elif was == "refused":
            self.start()

    def code_after(self, recipient: str, since: float, seconds: float) -> str | None:
        """The newest code that came to ``recipient`` after ``since``; waits for it."""

        def codes() -> list[Arrival]:
            mine = [one for one in self.arrivals if one.recipient == recipient and one.at >= since]
            return [one for one in mine if one.code]

        with self._arrived:
            self._arrived.wait_for(codes, seconds)
            found = codes()
        return found[-1].code if found else None

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        while self.mood == "silent":
            self.waiting.set()
            await asyncio.sleep(0.2)
        if self.mood == "421":
            return "421 4.3.2 closing"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.mood == "550" and len(address) % 2:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.original_content or b"", _class=EmailMessage, policy=policy.default)
        cut = self.mood == "cut"
        arrival = Arrival(
            str(message["Message-ID"]),
            envelope.rcpt_tos[0],
            str(message["Subject"]),
            code_in(message) if message["Subject"] == CODE_SUBJECT else None,
            time.time(),
            not cut,
        )
        with self._arrived:
            self.arrivals.append(arrival)
            self._arrived.notify_all()
        while self.mood == "slow":
            self.waiting.set()
            await asyncio.sleep(0.2)
        if cut and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"
