"""Turnero: free turns at the windows of a social-security institute."""

import os

from flask import Flask

from config import Settings
from turnero import db as database
from turnero.extensions import db, migrate
from turnero.paths import resource


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
    db.init_app(app)
    migrate.init_app(app, db, directory=str(resource("migrations")), render_as_batch=True, compare_type=True)
    with app.app_context():
        database.configure_engine(db.engine)
    return app
