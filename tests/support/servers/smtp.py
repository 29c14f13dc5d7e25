"""A real SMTP server that stores mails and can be configured to refuse."""

import asyncio
import socket
from asyncio import AbstractServer, Server
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Condition
from typing import Any
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE_SECONDS = 20


class Mailbox:
    """Received mails, oldest first. ``answer``: reply to the next ones."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.messages: list[EmailMessage] = []
        self.answer = "250 OK"
        self._arrival = Condition()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.original_content or b"", policy=default)
            assert isinstance(message, EmailMessage)
            with self._arrival:
                self.messages.append(message)
                self._arrival.notify_all()
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if address in str(message["To"])]

    def wait_for(self, address: str, subject: str = "", number: int = 1) -> EmailMessage:
        """The ``number``-th mail to ``address`` with ``subject`` in its subject; waits while jobs deliver it."""

        def matching() -> list[EmailMessage]:
            return [message for message in self.to(address) if subject in str(message["Subject"])]

        with self._arrival:
            arrived = self._arrival.wait_for(lambda: len(matching()) >= number, PATIENCE_SECONDS)
        assert arrived, f"no mail {number} to {address!r} about {subject!r}; there are {self.subjects()}"
        return matching()[number - 1]

    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    def clear(self) -> None:
        self.messages.clear()
        self.answer = "250 OK"


def text_of(message: EmailMessage) -> str:
    """The plain part of a mail."""
    part = message.get_body(("plain",))
    assert part is not None, "the mail has no plain text"
    return str(part.get_content())


def code_in(message: EmailMessage) -> str:
    """The six digits that stand alone on a line."""
    lines = [line.strip() for line in text_of(message).splitlines()]
    codes = [line for line in lines if len(line) == 6 and line.isdecimal()]
    assert len(codes) == 1, f"one code alone on a line, not {codes}"
    return codes[0]


class TidyController(Controller):
    """Closes open connections when it stops: aiosmtpd would leave their sockets to the garbage collector."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._met: WeakSet[SMTP] = WeakSet()

    def factory(self) -> SMTP:
        made: SMTP = super().factory()  # type: ignore[no-untyped-call]  # aiosmtpd is half typed
        self._met.add(made)
        return made

    def stop(self, no_assert: bool = False) -> None:  # noqa: FBT002 (aiosmtpd's)
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(PATIENCE_SECONDS)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for listening in self.server.sockets if isinstance(self.server, Server) else ():
            self.loop.remove_reader(listening.fileno())
        for _ in range(10):  # iterations of the loop: to accept, to close, and to end TLS
            for one in list(self._met):
                if isinstance(one.transport, asyncio.WriteTransport):
                    one.transport.abort()
            await asyncio.sleep(0)


class _Controller(TidyController):
    """Listens on an already bound socket, so that its port cannot be taken in between."""

    def __init__(self, mailbox: Mailbox, listener: socket.socket) -> None:
        super().__init__(mailbox, hostname="127.0.0.1", port=mailbox.port)
        self.listener = listener

    def _create_server(self) -> Coroutine[Any, Any, AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.listener)


@contextmanager
def mail_server_running() -> Iterator[Mailbox]:
    listener = socket.create_server(("127.0.0.1", 0))
    mailbox = Mailbox(listener.getsockname()[1])
    controller = _Controller(mailbox, listener)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
