"""``turnero demo``: the whole product on one machine, with jobs and a mailbox, in one folder."""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import current_app
from sqlalchemy import select

import turnero
from turnero.agencies.catalogue import load
from turnero.agencies.models import Agency, Province
from turnero.booking.pages.site_routes import DEMO_CEDULAS
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.paths import resource
from turnero.notices.channels import demo_mailbox
from turnero.notices.channels.demo_mailbox_routes import FOLDER
from turnero.operations import jobs, schema, serving
from turnero.staff import accounts, devices, totp
from turnero.staff.models import Account, Device
from turnero.transparency.months import history
from turnero.verify import citizens
from turnero.verify.models import Citizen

_LOOPBACK = "127.0.0.1"
_AGENCY = "demo-quito-norte"
_STAFF = {
    "ventanilla1@demo.example": "window",
    "ventanilla2@demo.example": "window",
    "supervisor@demo.example": "supervisor",
    "admin@demo.example": "admin",
}
_DEVICES = {"kiosco-demo": "kiosk", "pantalla-demo": "board"}
_IN_SPANISH = {"kiosk": "Kiosco", "board": "Pantalla"}
_MADE_BY_US = (
    "keys.json",
    "staff.json",
    "turnero.sqlite3",
    "turnero.sqlite3-wal",
    "turnero.sqlite3-shm",
    f"{FOLDER}/*.eml",
)


def run_demo(host: str, port: int, data: Path, *, fresh: bool) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises ``click.ClickException`` if the port or the folder is in use."""
    serving.check_port(host, port)
    data = data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    with _alone(data), _mail_server(data / FOLDER) as mail_port:
        if fresh:
            _wipe(data)
        address = f"http://{_public(host)}:{port}"
        _set_environment(data, address, mail_port)
        app = turnero.create_app()
        with app.app_context():
            _prepare()
            passwords = _staff(data / "staff.json")
            _greet(address)
            if passwords:
                _greet_staff(address, passwords)
            click.echo("Ctrl-C la detiene.")
        with jobs.run_beside(app, holder="demo"):
            serving.serve(host, port, workers=2, threads=8)


def _prepare() -> None:
    """Migrate, set the clock, and load the example catalogue and citizens if missing."""
    schema.upgrade()
    schema.set_clock(current_app.config["SETTINGS"].clock_offset)
    catalogue = resource("catalogue")
    if db.session.scalar(select(Province.code).limit(1)) is None:
        load.load_catalogue_path(catalogue)
    if db.session.scalar(select(Citizen.cedula).limit(1)) is None:
        citizens.load_citizens_path(catalogue / "citizens.csv")
    history.load_history_path(catalogue / "historical_figures.csv")


def _greet(address: str) -> None:
    click.echo(f"Turnero, demostración: {address}")
    click.echo(f"Los correos llegan a:  {address}/buzon")
    click.echo(f"Cédulas para probar:   {', '.join(DEMO_CEDULAS)}")


def _greet_staff(address: str, passwords: dict[str, str]) -> None:
    """Print staff credentials, and links that pair this browser as kiosk or board."""
    click.echo(f"Personal: {address}/agencia/entrar")
    for email, password in passwords.items():
        account = db.session.scalars(select(Account).where(Account.email == email)).one()
        secret = accounts.totp_secret(account)
        click.echo(f"  {email} / clave {password}{f' / TOTP {secret}' if secret else ''}")
    agency_id = db.session.scalars(select(Agency.id).where(Agency.slug == _AGENCY)).one()
    for name, kind in _DEVICES.items():
        device = db.session.scalar(select(Device).where(Device.name == name))
        if device is None or not (device.key_hash or device.revoked_at):
            click.echo(f"{_IN_SPANISH[kind]}: {address}/dispositivo/{devices.add_device(name, agency_id, kind)}")


def _staff(path: Path) -> dict[str, str]:
    """The demo's accounts with passwords; none if the catalogue was replaced."""
    agency_id = db.session.scalar(select(Agency.id).where(Agency.slug == _AGENCY))
    if agency_id is None:
        return {}
    passwords = _stored(path, lambda: {email: secrets.token_urlsafe(12) for email in _STAFF})
    for email, password in passwords.items():
        account = db.session.scalar(select(Account).where(Account.email == email))
        if account is None:
            role = _STAFF[email]
            _activate(
                accounts.add_account(email, accounts.Post(role, None if role == "admin" else agency_id)), password
            )
        elif account.password_hash is None and account.disabled_at is None:  # a previous run ended half way
            _activate(accounts.reset(email), password)
    return passwords


def _activate(token: str, password: str) -> None:
    """Activate with the previous code, so that the present one can still be used to sign in."""
    secret = accounts.totp_secret(accounts.to_activate(token))
    before = clock.now() - timedelta(seconds=30)
    accounts.activate(token, password, totp.code_at(secret, before) if secret else "")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Lock the folder: two demos in one folder would share a database but not a mail server."""
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise click.ClickException(f"Ya hay una demostración en marcha con los datos de {data}.") from None
        yield


class _Mailbox:
    """SMTP handler that stores every mail in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        demo_mailbox.store(self.folder, envelope.original_content or b"")
        return "250 OK"


@contextmanager
def _mail_server(folder: Path) -> Iterator[int]:
    """Start an SMTP server on a free local port; returns the port."""
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    controller = Controller(_Mailbox(folder), hostname=_LOOPBACK, port=port, ready_timeout=30)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def _set_environment(data: Path, address: str, mail_port: int) -> None:
    """Set the environment of this process and the workers. Clock, registry and log are left to the person."""
    for name in ("TURNERO_DATABASE_DIRECT_URL", "TURNERO_REDIS_URL", "TURNERO_TRUSTED_PROXIES"):
        os.environ.pop(name, None)
    os.environ.update(
        TURNERO_ENV="demo",
        TURNERO_DATA=str(data),
        TURNERO_DATABASE_URL=f"sqlite:///{data / 'turnero.sqlite3'}",
        TURNERO_MAIL_URL=f"smtp://{_LOOPBACK}:{mail_port}",
        TURNERO_BASE_URL=address,
        **_keys(data / "keys.json"),
    )


def _keys(path: Path) -> dict[str, str]:
    """Keys stored in the folder, so that cookies and links survive a restart."""
    return _stored(
        path, lambda: {name: secrets.token_urlsafe(32) for name in ("TURNERO_SECRET_KEY", "TURNERO_CODE_KEY")}
    )


def _stored(path: Path, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Secrets created once, readable only by this user."""
    if not path.exists():
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        making.touch(mode=0o600)
        making.write_text(json.dumps(make()))
        making.rename(path)
    stored: dict[str, str] = json.loads(path.read_text())
    return stored


def _wipe(data: Path) -> None:
    """Delete the demo's files, and no others in the folder."""
    for pattern in _MADE_BY_US:
        for path in data.glob(pattern):
            path.unlink()


def _public(host: str) -> str:
    """The host name for links; replaces wildcard addresses by one that works locally."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 (compared, not bound)
        return _LOOPBACK
    return f"[{host}]" if ":" in host else host
