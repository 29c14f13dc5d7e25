"""Records every request and answer of an application, for tests that search for leaks.

It stands outside everything else, where a proxy would, so it can also speak with a false tongue: ``poison``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from flask import Flask


@dataclass
class Exchange:
    """One request and its answer. ``address``: path and query, percent signs undone."""

    method: str
    address: str
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def content_type(self) -> str:
        return self.header("Content-Type")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Tape:
    """Records all that ``app`` is asked and answers from now on. ``poison`` is put into every request's environ."""

    def __init__(self, app: Flask) -> None:
        self.exchanges: list[Exchange] = []
        self.poison: dict[str, str] = {}
        self._inner: Any = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign]  # Flask's own way

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.update(self.poison)
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        exchange = Exchange(environ["REQUEST_METHOD"], f"{path}?{unquote_plus(environ['QUERY_STRING'])}".rstrip("?"))
        self.exchanges.append(exchange)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            exchange.status, exchange.headers = int(status.split(maxsplit=1)[0]), list(headers)
            return start_response(status, headers, *error)

        return _kept(self._inner(environ, start), exchange)

    def since(self, mark: int = 0) -> list[Exchange]:
        return self.exchanges[mark:]


def _kept(chunks: Any, exchange: Exchange) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            exchange.body += chunk
            yield chunk
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
