"""Turnero: free turns at the windows of a social-security institute."""

import os

from flask import Flask

from config import Settings
from turnero import cli
from turnero.administration import routes as admin_routes
from turnero.administration.agencies import routes as admin_agency_routes
from turnero.administration.closures import routes as admin_closure_routes
from turnero.administration.complaints import routes as admin_complaint_routes
from turnero.administration.holidays import routes as admin_holiday_routes
from turnero.administration.limits import routes as admin_limit_routes
from turnero.administration.log import routes as admin_log_routes
from turnero.administration.mails import routes as admin_mail_routes
from turnero.administration.people import routes as admin_people_routes
from turnero.administration.procedures import routes as admin_procedure_routes
from turnero.administration.statistics import routes as admin_statistics_routes
from turnero.agencies import api_routes
from turnero.agencies import routes as agency_routes
from turnero.attention.agenda import action_routes, paper_routes
from turnero.attention.agenda import routes as agenda_routes
from turnero.attention.board import routes as board_routes
from turnero.attention.kiosk import booking_routes as kiosk_booking_routes
from turnero.attention.kiosk import routes as kiosk_routes
from turnero.attention.oversight import routes as oversight_routes
from turnero.attention.window import assignment_routes
from turnero.attention.window import routes as window_routes
from turnero.booking.closures import proposals
from turnero.booking.documents import notices as booking_notices
from turnero.booking.pages import draw_routes, owner_routes, request_routes, site_routes, turn_routes
from turnero.booking.pages.journey import routes as journey_routes
from turnero.booking.waiting import notices as waiting_notices
from turnero.core import db as database
from turnero.core import extensions, logs, shared_values
from turnero.core.paths import resource
from turnero.notices import rendering
from turnero.notices.channels import demo_mailbox_routes
from turnero.notices.channels.mail import mail
from turnero.operations import health, metrics
from turnero.staff import routes as staff_routes
from turnero.transparency import routes as transparency_routes
from turnero.transparency.complaints import complaints
from turnero.transparency.complaints import routes as complaint_routes
from turnero.transparency.open_data import routes as open_data_routes
from turnero.transparency.ratings import ratings
from turnero.transparency.ratings import routes as rating_routes
from turnero.verify import notices as verify_notices
from turnero.web import refusals, setup


def create_app(settings: Settings | None = None) -> Flask:
    """Create the application from ``settings``, by default from the environment. Raises ``SettingsError``."""
    settings = settings or Settings.from_environ(os.environ)
    app = Flask("turnero", template_folder=str(resource("templates")), static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        # Accept forms opened before a key rotation: itsdangerous signs with the last key and accepts any.
        WTF_CSRF_SECRET_KEY=[*reversed(settings.secret_key_fallbacks), settings.secret_key],
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings),
    )
    app.extensions["turnero.shared"] = shared_values.Shelf()
    settings.data.mkdir(parents=True, exist_ok=True)
    logs.configure_logging(settings.log)
    _connect_database(app)
    _register_notices(app)
    logs.of_requests(app)
    setup.configure(app, settings)
    refusals.register(app)
    _register_pages(app)
    cli.register(app)
    return app


def _connect_database(app: Flask) -> None:
    extensions.db.init_app(app)
    migrations = str(resource("migrations"))
    # Before the extension's own teardown: a connection that died after the page was made must not fail it.
    app.teardown_appcontext(lambda _error: database.close_session())
    extensions.migrate.init_app(app, extensions.db, directory=migrations, render_as_batch=True, compare_type=True)
    with app.app_context():
        database.configure_engine(extensions.db.engine)


def _register_notices(app: Flask) -> None:
    """Register the renderers of all mails (templates/email)."""
    mail.init_app(app)
    rendering.register_renderer(app, "code", verify_notices.code_mail)
    for kind, renderer in {
        **booking_notices.RENDERERS,
        **waiting_notices.RENDERERS,
        **complaints.RENDERERS,
        **ratings.RENDERERS,
    }.items():
        rendering.register_renderer(app, kind, renderer)
    rendering.on_hand_over(app, "displaced", proposals.proposal_handed_over)
    rendering.on_hand_over(app, "offer", waiting_notices.offer_handed_over)


def _register_pages(app: Flask) -> None:
    for routes in (
        site_routes,
        agency_routes,
        journey_routes,
        turn_routes,
        owner_routes,
        request_routes,
        draw_routes,
        transparency_routes,
        open_data_routes,
        complaint_routes,
        rating_routes,
        api_routes,
        demo_mailbox_routes,
        staff_routes,
        assignment_routes,
        agenda_routes,
        action_routes,
        board_routes,
        kiosk_routes,
        kiosk_booking_routes,
        paper_routes,
        oversight_routes,
        window_routes,
        admin_routes,
        admin_agency_routes,
        admin_procedure_routes,
        admin_closure_routes,
        admin_holiday_routes,
        admin_people_routes,
        admin_limit_routes,
        admin_mail_routes,
        admin_complaint_routes,
        admin_log_routes,
        admin_statistics_routes,
        health,
        metrics,
    ):
        app.register_blueprint(routes.blueprint)
