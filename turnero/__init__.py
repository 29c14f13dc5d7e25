"""Turnero: free turns at the windows of a social-security institute."""

import os

from flask import Flask

from config import Settings
from turnero import cli, extensions, health, logs, metrics, refusals, sharing, web
from turnero import db as database
from turnero.administration import (
    agency_routes,
    closure_routes,
    holiday_routes,
    mail_routes,
    people_routes,
    policy_routes,
    watch_routes,
)
from turnero.administration import complaint_routes as admin_complaint_routes
from turnero.administration import procedure_routes as admin_procedure_routes
from turnero.administration import routes as admin_routes
from turnero.agencies import api_routes
from turnero.agencies import routes as procedure_routes
from turnero.attention import (
    action_routes,
    agenda_routes,
    board_routes,
    kiosk_booking_routes,
    kiosk_routes,
    oversight_routes,
    paper_routes,
    seat_routes,
    window_routes,
)
from turnero.booking import notices as booking_notices
from turnero.booking import proposals
from turnero.booking.pages import draw_routes, journey_routes, owner_routes, request_routes, site_routes, turn_routes
from turnero.booking.waiting import seat_notices
from turnero.notices import rendering
from turnero.notices import routes as mailbox_routes
from turnero.notices.mailer import mail
from turnero.paths import resource
from turnero.staff import routes as staff_routes
from turnero.transparency import complaint_routes, complaints, open_routes, rating_routes, ratings
from turnero.transparency import routes as transparency_routes
from turnero.verify import notices as verify_notices


def create_app(settings: Settings | None = None) -> Flask:
    """The application, from ``settings`` or else from the environment. Raises ``SettingsError``."""
    settings = settings or Settings.from_environ(os.environ)
    app = Flask("turnero", template_folder=str(resource("templates")), static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        # Forms that stood open when the key was changed: itsdangerous signs with the last and takes any.
        WTF_CSRF_SECRET_KEY=[*reversed(settings.secret_key_fallbacks), settings.secret_key],
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings),
    )
    app.extensions["turnero.shared"] = sharing.Shelf()
    settings.data.mkdir(parents=True, exist_ok=True)
    logs.configure(settings.log)
    _connect_database(app)
    _register_notices(app)
    logs.of_requests(app)
    web.configure(app, settings)
    refusals.register(app)
    _register_pages(app)
    cli.register(app)
    return app


def _connect_database(app: Flask) -> None:
    extensions.db.init_app(app)
    migrations = str(resource("migrations"))
    # Before the extension's own: a connection that died behind a finished page must not spoil it.
    app.teardown_appcontext(lambda _error: database.close())
    extensions.migrate.init_app(app, extensions.db, directory=migrations, render_as_batch=True, compare_type=True)
    with app.app_context():
        database.configure_engine(extensions.db.engine)


def _register_notices(app: Flask) -> None:
    """Who writes which mail (templates/email)."""
    mail.init_app(app)
    rendering.register(app, "code", verify_notices.code_mail)
    for kind, renderer in {
        **booking_notices.RENDERERS,
        **seat_notices.RENDERERS,
        **complaints.RENDERERS,
        **ratings.RENDERERS,
    }.items():
        rendering.register(app, kind, renderer)
    rendering.on_hand_over(app, "displaced", proposals.handed_over)
    rendering.on_hand_over(app, "offer", seat_notices.offer_handed_over)


def _register_pages(app: Flask) -> None:
    for routes in (
        site_routes,
        procedure_routes,
        journey_routes,
        turn_routes,
        owner_routes,
        request_routes,
        draw_routes,
        transparency_routes,
        open_routes,
        complaint_routes,
        rating_routes,
        api_routes,
        mailbox_routes,
        staff_routes,
        seat_routes,
        agenda_routes,
        action_routes,
        board_routes,
        kiosk_routes,
        kiosk_booking_routes,
        paper_routes,
        oversight_routes,
        window_routes,
        admin_routes,
        agency_routes,
        admin_procedure_routes,
        closure_routes,
        holiday_routes,
        people_routes,
        policy_routes,
        mail_routes,
        admin_complaint_routes,
        watch_routes,
        health,
        metrics,
    ):
        app.register_blueprint(routes.blueprint)
