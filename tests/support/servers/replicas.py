"""Another process of the same product: an application of its own over the same database, with settings of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask

from tests.support.pages.client import StrictClient
from turnero import create_app
from turnero.core.extensions import db


@contextmanager
def replica_of(app: Flask, **changed: Any) -> Iterator[Flask]:
    """A second application beside ``app``; ``changed`` are fields of ``Settings``."""
    made = create_app(replace(app.config["SETTINGS"], **changed))
    made.testing = True
    made.test_client_class = StrictClient
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def same_browser(client: StrictClient, elsewhere: Flask) -> StrictClient:
    """The client's cookies at another replica."""
    made = elsewhere.test_client()
    assert isinstance(made, StrictClient)
    for name in ("turnero", "turnero-staff", "turnero-device"):
        cookie = client.get_cookie(name)
        if cookie is not None:
            made.set_cookie(name, cookie.value)
    return made
