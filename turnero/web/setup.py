"""What all pages and answers share: who is asking, the words of templates, static files, headers and limits."""

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
# Floods only: 300 honest journeys behind one address (some 20 requests each, 8 of them posts) stay far below.
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
    """A row's number as the database can hold it; with any other there is no page, rather than a failure of ours."""

    regex = "[0-9]{1,10}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=_MAX_ROW)


def configure(app: Flask, settings: Settings) -> None:
    """Everything between the server and the routes. The blueprints come after it."""
    app.config.update(
        MAX_CONTENT_LENGTH=_MAX_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # slow people are no attackers
        WTF_CSRF_SSL_STRICT=False,  # it would ask for a Referer, which careful browsers do not send
        RATELIMIT_APPLICATION=lambda: _ALL_REQUESTS,
        RATELIMIT_DEFAULT=lambda: _POSTS_OF_ONE_PAGE,
        RATELIMIT_DEFAULTS_EXEMPT_WHEN=lambda: request.method != "POST",
        **rate_limits.storage(settings.redis_url),
    )
    app.url_map.strict_slashes = False  # people end addresses with a slash
    app.url_map.converters["int"] = _RowNumber
    app.session_interface = BrowserSessions(secure=settings.secure_cookies)
    limiter.init_app(app)  # first, so that a flood without form tokens counts too
    csrf.init_app(app)
    app.before_request(_refuse_zero_bytes)
    _set_headers(app, settings)
    _serve_static_files(app, settings)
    _choose_language(app)
    _give_words_to_templates(app, settings)
    error_pages.register(app)
    if settings.trusted_proxies:  # never the host: links come from the base URL
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's own way


def _refuse_zero_bytes() -> None:
    """No keyboard types them, and PostgreSQL's text takes none."""
    if any("\0" in text for text in (request.path, *request.args.values(), *request.form.values())):
        abort(400)


def headers(settings: Settings) -> dict[str, str]:
    """What every answer carries, whoever gives it."""
    if settings.secure_cookies:
        return _SAME_FOR_ALL | {"Strict-Transport-Security": f"max-age={_A_YEAR}"}
    return _SAME_FOR_ALL


def _set_headers(app: Flask, settings: Settings) -> None:
    for_all = headers(settings)

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.update(for_all)
        # A page is personal unless its blueprint says otherwise.
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _serve_static_files(app: Flask, settings: Settings) -> None:
    """Their address holds a digest of them all, so modules find one another and browsers may keep them for ever."""
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
    """On a file that has not changed, and any other answer that is not Flask's, too."""

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
    """What the browser asks for, where there is a catalogue of it; mails and papers of the jobs are in Spanish."""
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
    # Layout is no part of a sentence: line ends and what stands before them are one space.
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
