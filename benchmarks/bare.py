"""The least a page can be: bare Flask on the same server, with the same statements, round trips and form token.

It knows nothing of turns: it says what was recorded, for whom the address names, and answers 303. Its pages are as many
queries and a template of as many bytes.
"""

import os
import pickle
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, Response, render_template_string
from flask_wtf import CSRFProtect
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from benchmarks.people import Person
from benchmarks.recording import Line, Occasion

SCRIPTS, DATABASE, KEY = "BENCH_SCRIPTS", "BENCH_DATABASE", "BENCH_KEY"
_PAGE = "<!doctype html><title>{{ title }}</title>{% for row in rows %}<p>{{ row }}</p>{% endfor %}{{ filler }}"
_LINE = "Lorem ipsum dolor sit amet, consectetur adipiscing elit."


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=os.environ[KEY], WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    scripts: dict[str, list[Line]] = pickle.loads(Path(os.environ[SCRIPTS]).read_bytes())
    own = threading.local()

    def connection() -> psycopg.Connection[Any]:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(os.environ[DATABASE])
        found: psycopg.Connection[Any] = own.connection
        return found

    @app.post("/say/<script>/<int:number>/<day>/<place>")
    def say(script: str, number: int, day: str, place: str) -> Response:
        minute, seat, booking = map(int, place.split("-"))
        occasion = Occasion(Person(number), date.fromisoformat(day), minute, booking, seat)
        values = occasion.values()
        with connection().transaction(), connection().cursor() as cursor:
            for line in scripts[script]:
                cursor.execute(line.sql.encode(), line.parameters(values) or None)
                if "RETURNING bookings.id" in line.sql and not booking:
                    (made,) = cursor.fetchone() or (0,)
                    values |= {"booking": made, "subject": f"booking:{made}"}
        return Response("", 303, {"Location": "/"})

    @app.get("/page/<int:queries>/<int:rows>/<int:size>")
    def page(queries: int, rows: int, size: int) -> str:
        """``rows`` through the template, then plain text up to ``size`` bytes."""
        for _ in range(queries):
            connection().execute("SELECT * FROM journeys WHERE key = 'bench-1000000'").fetchone()
            connection().rollback()
        filler = "x" * max(0, size - rows * (len(_LINE) + 7) - 40)
        return render_template_string(_PAGE, title="Bare", rows=[_LINE] * rows, filler=filler)

    return app


if __name__ == "__main__":
    Server(
        "benchmarks.bare:create_app",
        factory=True,
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=8,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()
