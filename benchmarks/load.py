"""Requests sent as fast as they are answered, or at a given rate, by one process over kept connections."""

import asyncio
import re
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

_STATUS = re.compile(rb"HTTP/1\.1 (\d+)")
_AGAIN = re.compile(rb"(?i)\r\nretry-after: (\d+)")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """``seconds``: from sending to the last byte. ``at``: when it came, by the process's clock."""

    status: int
    seconds: float
    at: float
    head: bytes
    body: bytes

    @property
    def again(self) -> int | None:
        """Seconds until the retry asked for by the waiting page."""
        said = _AGAIN.search(self.head)
        return int(said[1]) if self.status == 503 and said else None


@dataclass
class Load:
    """Outcomes of many requests."""

    answers: list[Answer] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def percentile(self, hundredth: int) -> float:
        """The percentile of answer times, in seconds."""
        return percentile([answer.seconds for answer in self.answers], hundredth)

    @property
    def median(self) -> float:
        return statistics.median(answer.seconds for answer in self.answers)


def percentile(values: Sequence[float], hundredth: int) -> float:
    """The percentile of values; infinity without values."""
    rising = sorted(values)
    return rising[min(len(rising) - 1, len(rising) * hundredth // 100)] if rising else float("inf")


class Connection:
    """One HTTP/1.1 connection that is kept; opened again where the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> Answer:
        began = time.monotonic()
        if self._reader is None or self._writer is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, length = _STATUS.match(head), _LENGTH.search(head)
        assert status, head
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        ended = time.monotonic()
        return Answer(int(status[1]), ended - began, ended, head, body)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[Connection]:
    made = Connection(port)
    try:
        yield made
    finally:
        made.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    """Until it is done; in a thread of its own, because the caller's may have a loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def closed_loop(port: int, requests: Iterable[bytes], connections: int = 16) -> Load:
    """Send every request once, with a fixed number in flight."""
    load, left = Load(), iter(requests)
    began = time.monotonic()
    run(_all(port, left, load, connections))
    load.seconds = time.monotonic() - began
    return load


async def _all(port: int, left: Iterator[bytes], load: Load, connections: int) -> None:
    async def one() -> None:
        async with connection(port) as line:
            for request in left:
                load.answers.append(await line.ask(request))

    await asyncio.gather(*(one() for _ in range(connections)))


def at_once(port: int, looks: list[bytes], requests: list[bytes]) -> Load:
    """Every request at the same moment, each over the connection over which its page was looked at before."""
    load = Load()
    run(_at_once(port, looks, requests, load))
    return load


async def _at_once(port: int, looks: list[bytes], requests: list[bytes], load: Load) -> None:
    lines = [Connection(port) for _ in requests]
    few = asyncio.Semaphore(32)

    async def look(line: Connection, page: bytes) -> None:
        async with few:
            answer = await line.ask(page)
        assert answer.status == 200, answer.head

    await asyncio.gather(*(look(line, page) for line, page in zip(lines, looks, strict=True)))
    began = time.monotonic()
    asked = (line.ask(request) for line, request in zip(lines, requests, strict=True))
    load.answers = list(await asyncio.gather(*asked))
    load.seconds = time.monotonic() - began
    for line in lines:
        line.close()
