"""Common setup of all answers: browser identity, template globals, static files, headers and limits."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, has_request_context, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

from config import Settings
from turnero.core import formatting, language, qr
from turnero.core.extensions import csrf, limiter
from turnero.core.paths import resource
from turnero.web import error_pages, page, rate_limits
from turnero.web.session import BrowserSessions

_MAX_BYTES = 64 * 1024
_A_YEAR = 365 * 24 * 3600
_MAX_ROW = 2**31 - 1
# Against floods only: 300 journeys behind one address (20 requests each, 8 of them posts) stay far below.
_ALL_REQUESTS = "20000 per 5 minutes"
_POSTS_OF_ONE_PAGE = "2000 per 5 minutes"
_SAME_FOR_ALL = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class _RowNumber(IntegerConverter):
    """URL converter for row ids within the database's range; others answer 404."""

    regex = "[0-9]{1,10}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=_MAX_ROW)


def configure(app: Flask, settings: Settings) -> None:
    """Configure everything between server and routes. Call before registering blueprints."""
    app.config.update(
        MAX_CONTENT_LENGTH=_MAX_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # tokens do not expire: people may be slow
        WTF_CSRF_SSL_STRICT=False,  # it would require a Referer, which some browsers do not send
        RATELIMIT_APPLICATION=lambda: _ALL_REQUESTS,
        RATELIMIT_DEFAULT=lambda: _POSTS_OF_ONE_PAGE,
        RATELIMIT_DEFAULTS_EXEMPT_WHEN=lambda: request.method != "POST",
        **rate_limits.storage(settings.redis_url),
    )
    app.url_map.strict_slashes = False  # accept URLs with a trailing slash
    app.url_map.converters["int"] = _RowNumber
    app.session_interface = BrowserSessions(secure=settings.secure_cookies)
    limiter.init_app(app)  # before the token check, so that floods without tokens count
    csrf.init_app(app)
    app.before_request(_refuse_zero_bytes)
    _set_headers(app, settings)
    _serve_static_files(app, settings)
    _choose_language(app)
    _give_words_to_templates(app, settings)
    error_pages.register(app)
    if settings.trusted_proxies:  # not the host: links use the base URL
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's own way


def _refuse_zero_bytes() -> None:
    """Refuse zero bytes, which PostgreSQL's text cannot store."""
    if any("\0" in text for text in (request.path, *request.args.values(), *request.form.values())):
        abort(400)


def headers(settings: Settings) -> dict[str, str]:
    """Headers of every answer."""
    if settings.secure_cookies:
        return _SAME_FOR_ALL | {"Strict-Transport-Security": f"max-age={_A_YEAR}"}
    return _SAME_FOR_ALL


def _set_headers(app: Flask, settings: Settings) -> None:
    for_all = headers(settings)

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.update(for_all)
        # Pages are personal unless their blueprint says otherwise.
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _serve_static_files(app: Flask, settings: Settings) -> None:
    """Serve static files under a common digest: modules can import each other, and browsers cache them forever."""
    folder = resource("static")
    prefix = f"static/{_digest(folder)}"

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's own way
        app.wsgi_app,
        root=folder,
        prefix=prefix,
        max_age=_A_YEAR,
        allow_all_origins=False,
        immutable_file_test=lambda _path, _url: True,
    )
    whole = _with_headers(app.wsgi_app, headers(settings))
    app.wsgi_app = whole  # type: ignore[method-assign,assignment]  # Flask's own way
    app.jinja_env.globals["static_url"] = lambda name: f"/{prefix}/{name}"


def _with_headers(inner: WSGIApplication, for_all: dict[str, str]) -> WSGIApplication:
    """Add headers to answers not made by Flask, such as unchanged static files."""

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, given: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            there = {name.lower() for name, _ in given}
            lacking = [(name, value) for name, value in for_all.items() if name.lower() not in there]
            return start_response(status, [*given, *lacking], *error)

        return inner(environ, start)

    return outer


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _choose_language(app: Flask) -> None:
    """The browser's preferred language, if there is a catalogue; jobs use Spanish."""
    folder = resource("locale")
    spoken = language.languages(folder)

    def asked_for() -> str:
        if len(spoken) == 1 or not has_request_context():
            return language.SOURCE
        return language.chosen([tag for tag, quality in request.accept_languages if quality], spoken)

    language.babel.init_app(
        app,
        default_locale=language.SOURCE,
        default_domain=language.DOMAIN,
        default_translation_directories=str(folder),
        locale_selector=asked_for,
    )
    # Collapse line breaks in translated sentences to one space.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    if len(spoken) > 1:
        app.after_request(_differs_by_language)


def _differs_by_language(response: Response) -> Response:
    response.vary.add("Accept-Language")
    return response


def _give_words_to_templates(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals.update(demo=settings.demo, qr_svg=qr.svg, language_tag=language.tag)
    for word in formatting.WORDS:
        app.jinja_env.filters[word.__name__] = word
    app.jinja_env.filters["with_labels"] = page.with_labels
