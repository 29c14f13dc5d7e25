"""Debian's sqlmap against a seeded server on PostgreSQL: ``python -m rehearsals.sqlmap.scan`` (`make sqlmap`).

First the control, a page that can be injected: a run that does not find it is worth nothing. Then every target, within
ten minutes in all; a target that was not reached, or about which sqlmap said neither yes nor no, fails the run too.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from rehearsals.sqlmap import injectable
from rehearsals.sqlmap.targets import Target, targets
from tests.support.machine import provision
from tests.support.pages.client import StrictClient
from tests.support.servers import postgres
from tests.support.servers.application import settings_for
from tests.support.servers.databases import Databases
from tests.support.servers.server import serving
from tests.support.servers.smtp import mail_server_running
from turnero import create_app
from turnero.attention.agenda import stream
from turnero.core.extensions import db
from turnero.operations import schema
from turnero.web import setup

SECONDS = 600
AT_ONCE = 2
_OPTIONS = (
    "--dbms=PostgreSQL",
    "--batch",
    "--disable-coloring",
    "--level=2",
    "--risk=1",
    "--technique=BEUT",
    "--time-sec=2",
    "--timeout=20",
)
_MORE = ("--ignore-code=*", "--ignore-redirects", "--drop-set-cookie", "--skip-waf", "--flush-session", "--retries=1")
# Compared, never looked up; cookies have targets of their own, where they are marked.
_SKIPPED = "csrf_token,turnero,turnero-staff,turnero-device"
_FOUND = "identified the following injection point"
_NOTHING = "do not appear to be injectable"


@dataclass(frozen=True)
class Verdict:
    """sqlmap's verdict on a target: ``injectable``, ``nothing``, or the reason there is none."""

    target: Target
    told: str


def provide() -> None:
    """Install sqlmap from Debian's packages, or report in a sentence that it is missing."""
    if shutil.which("sqlmap") is None and provision.can_install_packages():
        provision.install_packages("sqlmap")
    if shutil.which("sqlmap") is None:
        raise provision.MissingPart("falta sqlmap; instálelo como administrador (en Debian: apt-get install sqlmap).")


@contextmanager
def product(folder: Path, url: str) -> Iterator[tuple[Flask, str]]:
    """The application on a new PostgreSQL database, served with its jobs; its log goes to a file."""
    with ExitStack() as stack:
        mail = stack.enter_context(mail_server_running())
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        mail_url = f"smtp://127.0.0.1:{mail.port}"
        app = create_app(settings_for(url, folder, TURNERO_BASE_URL=base, TURNERO_MAIL_URL=mail_url))
        app.test_client_class = StrictClient
        stack.enter_context(redirect_stderr(stack.enter_context((folder / "log.txt").open("w"))))
        stack.enter_context(app.app_context())
        schema.set_clock(app.config["SETTINGS"].clock_offset)
        yield app, stack.enter_context(serving(app, listener)).url


def ask(base: str, target: Target, folder: Path, seconds: float) -> Verdict:
    """Let sqlmap try one target for so long."""
    command = ["sqlmap", "-u", base + target.address, *_OPTIONS, *_MORE, f"--skip={_SKIPPED}"]
    command.append("--output-dir=" + str(folder))
    if target.cookies:
        command.append("--cookie=" + "; ".join(f"{name}={value}" for name, value in target.cookies.items()))
    command += [f"--header={header}" for header in target.headers]
    if target.body is not None:
        command += ["--method=POST", "--data=" + target.body]
    if seconds <= 0:
        return Verdict(target, "not reached")
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return Verdict(target, "no end")
    return Verdict(target, told(done.stdout))


def told(said: str) -> str:
    """Classify sqlmap's output."""
    if _FOUND in said or "is vulnerable" in said:
        return "injectable"
    if _NOTHING in said:
        return "nothing"
    return "no verdict: " + (said.strip().splitlines() or ["it said nothing"])[-1][-200:]


def ask_all(base: str, asked: Sequence[Target], folder: Path) -> list[Verdict]:
    """All of them, some at once, until the time is over."""
    end = time.monotonic() + SECONDS

    def one(numbered: tuple[int, Target]) -> Verdict:
        number, target = numbered
        verdict = ask(base, target, folder / str(number), end - time.monotonic())
        print(f"{verdict.told:12} {target.name}", flush=True)
        return verdict

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, enumerate(asked)))


def control(folder: Path, url: str) -> list[Verdict]:
    """sqlmap on the page that can be injected, by its query string and by its form."""
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    asked = [
        Target("control GET", "/buscar?slug=linea-1", {}),
        Target("control POST", "/buscar", {}, {"slug": "linea-1"}),
    ]
    with injectable.served(url, listener):
        return ask_all(base, asked, folder)


def main() -> int:
    try:
        provide()
    except provision.MissingPart as missing:
        print(missing, file=sys.stderr)
        return 1
    # Floods are another test's matter; here every request shall reach the routes.
    setup._ALL_REQUESTS = setup._POSTS_OF_ONE_PAGE = "1000000 per second"
    stream._EVERY_SECONDS = 0.001
    stream._MAX_SECONDS = 0.001  # type: ignore[assignment]  # a stream that says one thing and ends
    folder = Path(tempfile.mkdtemp(prefix="turnero-sqlmap-"))
    folder.chmod(0o755)
    try:
        databases = Databases(folder, "sqlmap", lambda address: create_app(settings_for(address, folder)))
        url = databases.migrated("postgresql", folder / "unused")
        with product(folder, url) as (app, base):
            asked = targets(app)
            db.session.remove()  # otherwise injected sleeps would run into PostgreSQL's time-outs
            found = control(folder / "control", url)
            if [verdict.told for verdict in found] != ["injectable", "injectable"]:
                print("sqlmap did not find the page that can be injected: the run is worth nothing.")
                return 1
            verdicts = ask_all(base, asked, folder / "product")
    finally:
        postgres.stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)
    wrong = [verdict for verdict in verdicts if verdict.told != "nothing"]
    print(f"\n{len(verdicts)} targets: {len(verdicts) - len(wrong)} without injection, {len(wrong)} not.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
