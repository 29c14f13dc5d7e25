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

# Cédulas, RUC and mobile numbers; addresses; and the tokens that open a turn or name a journey.
_NUMBER = re.compile(r"(?<![\w.])\+?\d{10,13}(?![\w.])")
_EMAIL = re.compile(r"([\w.%+'-])[\w.%+'-]*@")
_TOKEN = re.compile(r"(/(?:(?:mi-)?turno|no-fui-yo|activar|dispositivo)/)[\w-]{16,}", re.ASCII)
log = structlog.get_logger()


def configure(style: str) -> None:
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
    """Leave of every identity in any text only what tells two people apart."""
    return {key: _masked(value) for key, value in event.items()}


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


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        value = _NUMBER.sub(lambda found: f"{found[0][:2]}…", value)
        return _TOKEN.sub(r"\1…", _EMAIL.sub(r"\1***@", value))
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value
