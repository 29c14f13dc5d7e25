"""A wire between the product and PostgreSQL that can break where it hurts: after COMMIT, before its answer arrives."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

_COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"  # CommandComplete of PostgreSQL's protocol


class Wire(ThreadingTCPServer):
    """Passes bytes both ways between ``port`` and the server on ``to``. ``lost`` counts the answers it swallowed."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, to: int) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.to = to
        self.port: int = self.server_address[1]
        self.lost = 0
        self._to_lose = 0
        self._counting = threading.Lock()

    def lose_next_commits(self, number: int) -> None:
        """Break the line of each of the next ``number`` connections that the server tells "COMMIT"."""
        with self._counting:
            self._to_lose = number

    def loses(self, answer: bytes) -> bool:
        """Whether this answer of the server never arrives."""
        with self._counting:
            if not self._to_lose or _COMMITTED not in answer:
                return False
            self._to_lose -= 1
            self.lost += 1
            return True


class _Line(BaseRequestHandler):
    """One connection, until either side ends it or its answer is lost."""

    server: Wire

    def handle(self) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.to)) as upstream:
            there = threading.Thread(target=self._ask, args=(upstream,), daemon=True)
            there.start()
            with suppress(OSError):
                while (answer := upstream.recv(65536)) and not self.server.loses(answer):
                    self.request.sendall(answer)
            for end in (self.request, upstream):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            there.join()

    def _ask(self, upstream: socket.socket) -> None:
        with suppress(OSError):
            while said := self.request.recv(65536):
                upstream.sendall(said)
        with suppress(OSError):
            upstream.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(to: int) -> Iterator[Wire]:
    """A wire to the server on this machine's port ``to``, in threads of its own."""
    with Wire(to) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join(timeout=10)
