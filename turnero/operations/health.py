"""Liveness and readiness endpoints."""

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from turnero.core.extensions import limiter
from turnero.operations import schema

blueprint = Blueprint("health", __name__)
limiter.exempt(blueprint)


@blueprint.get("/healthz")
def show_alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def show_ready() -> Response:
    """200 if the database is reachable and its schema current, else 503."""
    try:
        current = schema.is_current()
    except SQLAlchemyError:
        return Response("database unreachable\n", 503, mimetype="text/plain")
    if not current:
        return Response("schema not current\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
