"""One line for each thing that happened, on standard error, with identities masked (TURNERO_LOG: json or text)."""

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

# Cédulas, RUC and mobile numbers, also in the groups that people write; addresses; codes; and the tokens that open a
# turn or name a journey. A number with a point before or behind its digits is a measure.
_NUMBER = re.compile(
    r"(?<![^\W_])(?<!\d\.)"
    r"(?:\+?\d{10,13}|\d\d[ _-]\d{7}[ _-]?\d|\d{9}[ _-]\d|(?:0\d\d|\+?593[ -]?\d\d)[ -]\d{3}[ -]?\d{4})"
    r"(?![^\W_]|\.\d)"
)
_EMAIL = re.compile(r"([\w.%+'-])[\w.%+'-]*@")
_CODE = re.compile(r"\b(c[oó]digo|code|totp)\b(\W{1,4})\d{3}[ -]?\d{3}(?!\d)", re.IGNORECASE)
_TOKEN = re.compile(r"(/(?:(?:mi-)?turno|no-fui-yo|activar|dispositivo|solicitud|opinion/\w{7})/)[\w-]{16,}", re.ASCII)
# PostgreSQL shows the row that broke a rule, names and all.
_ROW = re.compile(r"(Failing row contains \().*?(?:\)\.?(?=\n|\Z)|\Z)", re.DOTALL)
_KEY = re.compile(r"(Key \([^()]*\)=\().*?(?=\) (?:already|is|conflicts))", re.DOTALL)
# What moves a terminal's cursor, turns its text round or ends a line for some reader of lines.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
log = structlog.get_logger()


def configure_logging(style: str) -> None:
    """For the whole process: structlog's lines, and those of the libraries through the same pipe."""
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
        # Looked up for each line: whoever runs us may have put another stream there.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _FromLibraries)]
    root.addHandler(_FromLibraries(logging.WARNING))


def mask(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Leave of every identity in any text only what tells two people apart, and of every text one line.

    The lines of a trace stay lines of its own field.
    """
    return {key: _masked(value, lines=key == "exception") for key, value in event.items()}


def of_requests(app: Flask) -> None:
    """One line for each request: its id, who and where (never an address), what was asked (the rule), and how it went.

    ``actor`` is a member of the staff or a device; ``source`` tells network addresses apart and names none.
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
    """What a log, or somebody who sees no persons, may read of a text: cédulas, addresses, codes and links masked."""
    text = _KEY.sub(r"\1…", _ROW.sub(r"\1…)", text))
    text = _NUMBER.sub(lambda found: f"{found[0][:2]}…", text)
    return _CODE.sub(r"\1\2…", _TOKEN.sub(r"\1…", _EMAIL.sub(r"\1***@", text)))


def _in_lines(text: str, *, keep: bool) -> str:
    """Unseen characters spelt out; with ``keep`` line breaks stay, and what follows them never begins a line."""
    text = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return text.replace("\n", "\n  ") if keep else text.replace("\n", "\\n")
