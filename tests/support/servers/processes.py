"""``turnero`` as a process of its own, as it runs in earnest."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection

from flask import Flask

PATIENCE_SECONDS = 90
PROGRAM = "from turnero.cli import main; main()"
# A shell that puts the tests into the background has them, and so us, ignore Ctrl-C.
_HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"


def environ_of(app: Flask) -> dict[str, str]:
    """The environment under which another process works with the database and the mail server of ``app``."""
    settings = app.config["SETTINGS"]
    return {
        "TURNERO_ENV": "test",
        "TURNERO_SECRET_KEY": settings.secret_key,
        "TURNERO_CODE_KEY": settings.code_key,
        "TURNERO_DATABASE_URL": settings.database_url,
        "TURNERO_DATA": str(settings.data),
        "TURNERO_MAIL_URL": f"smtp://{settings.mail.host}:{settings.mail.port}",
        "TURNERO_BASE_URL": settings.base_url,
    }


@contextmanager
def running(*arguments: str, environ: Mapping[str, str], program: str = PROGRAM) -> Iterator["subprocess.Popen[str]"]:
    """``turnero arguments`` at work; killed at the end if it still is. Its output is one stream."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TURNERO_")}
    process = subprocess.Popen(
        [sys.executable, "-c", _HEARS + program, *arguments],
        env=inherited | dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(*arguments: str, environ: Mapping[str, str], program: str = PROGRAM) -> tuple[int, str]:
    """The exit status of ``turnero arguments`` and what it printed."""
    with running(*arguments, environ=environ, program=program) as process:
        output, _ = process.communicate(timeout=120)
    return process.returncode, output


def answer(port: int, path: str) -> tuple[int, str]:
    """Status and page that the server on this machine's ``port`` gives, once it listens."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)  # a process that starts gives no other sign than its port
        finally:
            connection.close()
