"""Logging: one line per event on standard error, with identities masked (TURNERO_LOG: json or text)."""

import hashlib
import hmac
import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor, WrappedLogger

# Cédulas, RUC and mobile numbers, also grouped; addresses; codes; and tokens of turns and journeys. A number with a
# point before or after its digits is a measurement.
_NUMBER = re.compile(
    r"(?<![^\W_])(?<!\d\.)"
    r"(?:\+?\d{10,13}|\d\d[ _-]\d{7}[ _-]?\d|\d{9}[ _-]\d|(?:0\d\d|\+?593[ -]?\d\d)[ -]\d{3}[ -]?\d{4})"
    r"(?![^\W_]|\.\d)"
)
_EMAIL = re.compile(r"([\w.%+'-])[\w.%+'-]*@")
_CODE = re.compile(r"\b(c[oó]digo|code|totp)\b(\W{1,4})\d{3}[ -]?\d{3}(?!\d)", re.IGNORECASE)
_TOKEN = re.compile(r"(/(?:(?:mi-)?turno|no-fui-yo|activar|dispositivo|solicitud|opinion/\w{7})/)[\w-]{16,}", re.ASCII)
# PostgreSQL errors include the violating row.
_ROW = re.compile(r"(Failing row contains \().*?(?:\)\.?(?=\n|\Z)|\Z)", re.DOTALL)
_KEY = re.compile(r"(Key \([^()]*\)=\().*?(?=\) (?:already|is|conflicts))", re.DOTALL)
# Characters that move a terminal's cursor, reverse its text or end a line for some reader.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
log = structlog.get_logger()


def configure_logging(style: str) -> None:
    """Configure logging for the process: structlog, and the libraries' loggers through the same pipeline."""
    json = style == "json"
    shape: list[Processor] = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    if not json:
        plain = structlog.dev.plain_traceback
        shape = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.TimeStamper("iso", utc=True),
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up for each line: the stream may have been replaced.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _FromLibraries)]
    root.addHandler(_FromLibraries(logging.WARNING))


def mask(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Mask every identity in a text so that people can be told apart but not identified, and keep one line.

    Traces keep their lines in a field of their own.
    """
    return {key: _masked(value, lines=key == "exception") for key, value in event.items()}


def of_requests(app: Flask) -> None:
    """Log one line per request: id, actor, source, rule (never the URL), status and duration.

    ``actor``: a staff member or a device; ``source``: a hash of the network address.
    """

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            request_id=secrets.token_hex(8),
            source=_source(app.config["SECRET_KEY"], request.remote_addr or ""),
            rule=request.url_rule.rule if request.url_rule else None,
        )

    @app.after_request
    def end(response: Response) -> Response:
        log.info(
            "request",
            method=request.method,
            status=response.status_code,
            ms=round((time.perf_counter() - g.began) * 1000, 1),
        )
        return response


def _source(key: str, address: str) -> str:
    return hmac.new(key.encode(), address.encode(), hashlib.sha256).hexdigest()[:12]


class _FromLibraries(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def _masked(value: Any, *, lines: bool = False) -> Any:
    if isinstance(value, str):
        return _in_lines(without_identities(value), keep=lines)
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value


def without_identities(text: str) -> str:
    """A text with cédulas, addresses, codes and links masked."""
    text = _KEY.sub(r"\1…", _ROW.sub(r"\1…)", text))
    text = _NUMBER.sub(lambda found: f"{found[0][:2]}…", text)
    return _CODE.sub(r"\1\2…", _TOKEN.sub(r"\1…", _EMAIL.sub(r"\1***@", text)))


def _in_lines(text: str, *, keep: bool) -> str:
    """Escape invisible characters; with ``keep`` line breaks stay and the following lines are indented."""
    text = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return text.replace("\n", "\n  ") if keep else text.replace("\n", "\\n")
