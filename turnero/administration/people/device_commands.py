"""Commands that pair kiosks and boards."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from turnero.administration.people.account_commands import agency_of, show_link
from turnero.agencies.models import Agency
from turnero.core import messages
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.staff import devices
from turnero.staff.models import Device

_KINDS = {"kiosk": "kiosco", "board": "pantalla"}


@click.group("kiosk")
def kiosk_group() -> None:
    """Kioscos y pantallas: vincular, quitar."""


@kiosk_group.command("add")
@click.argument("name", metavar="NOMBRE")
@click.option("--agency", "slug", metavar="AGENCIA", required=True, help="Dónde está el equipo.")
@click.option("--board", is_flag=True, help="Es una pantalla de la sala, no un kiosco.")
@with_appcontext
def add_device_command(name: str, slug: str, board: bool) -> None:
    """Agrega un equipo y muestra el enlace que lo vincula; con el mismo nombre, lo vincula otra vez."""
    try:
        token = devices.add_device(name, agency_of(slug).id, "board" if board else "kiosk")
    except (devices.DeviceExists, devices.NoSeriesLeft) as error:
        raise click.ClickException(messages.text_of(error)) from None
    show_link(f"/dispositivo/{token}", devices.PAIRING_LIFE)


@kiosk_group.command("revoke")
@click.argument("name", metavar="NOMBRE")
@with_appcontext
def revoke_device_command(name: str) -> None:
    """Quita un equipo: deja de funcionar enseguida."""
    try:
        devices.revoke(name)
    except NotFound:
        raise click.ClickException(f"No existe el equipo {name}.") from None
    click.echo(f"El equipo {name} ya no tiene acceso.")


@kiosk_group.command("list")
@with_appcontext
def list_devices() -> None:
    """Muestra los equipos, su agencia y su estado."""
    rows = db.session.execute(
        select(Device, Agency.slug).join(Agency, Agency.id == Device.agency_id).order_by(Device.name)
    )
    for device, slug in rows:
        click.echo(f"{device.name}  {_KINDS[device.kind]}  {slug}  {devices.device_state(device)}")
