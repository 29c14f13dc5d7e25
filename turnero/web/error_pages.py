"""Error answers: pages in plain Spanish, or problem documents for programs; never a stack trace."""

import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from flask_limiter import RateLimitExceeded
from structlog import get_logger
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from turnero.core.db import OUTAGES
from turnero.core.errors import NotFound
from turnero.core.extensions import limiter
from turnero.core.messages import text_of
from turnero.web import refusals

_PAGES = {400, 403, 404, 405, 413, 429, 500, 503}
_RETRY_SECONDS = 30
log = get_logger()


def register(app: Flask) -> None:
    app.before_request(_put_right)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(RateLimitExceeded, _too_many_requests)
    app.register_error_handler(NotFound, _not_found)
    for outage in OUTAGES:
        app.register_error_handler(outage, _no_database)


def _put_right() -> Response | None:
    """Redirect a URL with a superfluous slash; the router itself would use the request's Host header."""
    wrong = request.routing_exception
    if not isinstance(wrong, RequestRedirect):
        return None
    right = urlsplit(wrong.new_url)
    return make_response(redirect(urlunsplit(("", "", right.path, right.query, "")), wrong.code))


def answer_error(status: int, *, detail: str = "", retry_after: int | None = None, **context: Any) -> Response:
    """The error page, or a problem document for programs; ``context`` goes to the template."""
    if request.path.startswith("/api/"):
        response = _problem(status, detail)
    else:
        response = make_response(render_template(f"errors/{status}.html", **context), status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def form_expired() -> Response:
    """The page for an expired form token of this browser: it keeps what was posted, and one press sends it again."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return make_response(render_template("errors/form_expired.html", fields=fields), 400)


def _problem(status: int, detail: str) -> Response:
    """A problem document (RFC 9457)."""
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    response = jsonify(problem | ({"detail": detail} if detail else {}))
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    page = status if status in _PAGES else (400 if status < 500 else 500)
    response = answer_error(page)
    response.status_code = status
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.allow.update(error.valid_methods)
    return response


def _too_many_requests(_error: RateLimitExceeded) -> Response:
    limit = limiter.current_limit
    log.warning("flood", limit=str(limit.limit) if limit else None)
    refusals.count_refusal("flood")
    wait = max(1, int(limit.reset_at - time.time()) + 1) if limit else _RETRY_SECONDS
    return answer_error(429, retry_after=wait, minutes=-(-wait // 60))


def _not_found(error: NotFound) -> Response:
    return answer_error(404, detail=text_of(error))


def _no_database(error: Exception) -> Response:
    """Answer a database overload or outage. Writes were rolled back, unless only COMMIT's answer was lost."""
    log.error("database_unavailable", error=str(error))
    return answer_error(503, retry_after=_RETRY_SECONDS)
