"""Turnero: free turns at the windows of a social-security institute."""

import os

from flask import Flask

from config import Settings
from turnero import cli, extensions
from turnero import db as database
from turnero.booking import notices as booking_notices
from turnero.notices import rendering
from turnero.notices import routes as mailbox_routes
from turnero.notices.mailer import mail
from turnero.paths import resource
from turnero.verify import notices as verify_notices


def create_app(settings: Settings | None = None) -> Flask:
    """The application, from ``settings`` or else from the environment. Raises ``SettingsError``."""
    settings = settings or Settings.from_environ(os.environ)
    app = Flask("turnero", template_folder=str(resource("templates")), static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
    )
    settings.data.mkdir(parents=True, exist_ok=True)
    _connect_database(app)
    _register_notices(app)
    cli.register(app)
    return app


def _connect_database(app: Flask) -> None:
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(resource("migrations")), render_as_batch=True, compare_type=True)
    with app.app_context():
        database.configure_engine(extensions.db.engine)


def _register_notices(app: Flask) -> None:
    """Who writes which mail (templates/email)."""
    mail.init_app(app)
    rendering.register(app, "code", verify_notices.code_mail)
    for kind, renderer in booking_notices.RENDERERS.items():
        rendering.register(app, kind, renderer)
    app.register_blueprint(mailbox_routes.blueprint)
