"""Commands for staff accounts."""

from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency
from turnero.core import messages
from turnero.core.errors import InvalidInput, NotFound
from turnero.core.extensions import db
from turnero.staff import accounts
from turnero.staff.models import Account
from turnero.verify.contact import parse_email

ROLES = {name: role for role, name in accounts.ROLES.items()}


@click.group("staff")
def staff_group() -> None:
    """Cuentas del personal: crear, deshabilitar, restablecer."""


@staff_group.command("add")
@click.argument("email", metavar="CORREO")
@click.option("--role", type=click.Choice(list(ROLES)), required=True, help="Qué puede hacer la cuenta.")
@click.option("--agency", "slug", metavar="AGENCIA", help="Dónde trabaja; hace falta salvo para admin.")
@with_appcontext
def add_account_command(email: str, role: str, slug: str | None) -> None:
    """Crea una cuenta y muestra su enlace de activación, que sirve una sola vez."""
    try:
        token = accounts.add_account(_address(email), _post(role, slug))
    except accounts.AccountExists as error:
        raise click.ClickException(messages.text_of(error)) from None
    _show_link(token)


@staff_group.command("disable")
@click.argument("email", metavar="CORREO")
@with_appcontext
def disable_account_command(email: str) -> None:
    """Deshabilita una cuenta; sus sesiones terminan enseguida."""
    try:
        accounts.disable(_address(email))
    except NotFound:
        raise _unknown(email) from None
    click.echo(f"La cuenta {email} está deshabilitada.")


@staff_group.command("reset")
@click.argument("email", metavar="CORREO")
@click.option("--role", type=click.Choice(list(ROLES)), help="Otro papel, en lugar del que tenía.")
@click.option("--agency", "slug", metavar="AGENCIA", help="Dónde trabaja con el otro papel.")
@with_appcontext
def reset_account_command(email: str, role: str | None, slug: str | None) -> None:
    """Anula la clave y las sesiones de una cuenta y muestra un enlace nuevo; con --role, cambia su papel."""
    if slug and not role:
        raise click.UsageError("Indique también --role: el papel que tendrá en la agencia.")
    try:
        token = accounts.reset(_address(email), _post(role, slug) if role else None)
    except NotFound:
        raise _unknown(email) from None
    _show_link(token)


@staff_group.command("list")
@with_appcontext
def list_accounts() -> None:
    """Muestra las cuentas, su papel, su agencia y su estado."""
    rows = db.session.execute(
        select(Account, Agency.slug).outerjoin(Agency, Agency.id == Account.agency_id).order_by(Account.email)
    )
    for account, slug in rows:
        click.echo(f"{account.email}  {accounts.ROLES[account.role]}  {slug or '—'}  {accounts.account_state(account)}")


def _post(role: str, slug: str | None) -> accounts.Post:
    """A role with its agency, or a usage error."""
    if (slug is None) != (role == "admin"):
        raise click.UsageError("Indique --agency AGENCIA; solo una cuenta admin no tiene agencia.")
    return accounts.Post(ROLES[role], agency_of(slug).id if slug else None)


def agency_of(slug: str) -> Agency:
    """The agency of a slug, or a usage error."""
    try:
        return agencies.agency(slug)
    except NotFound:
        raise click.UsageError(f"No existe la agencia {slug}.") from None


def show_link(path: str, life: timedelta) -> None:
    """Print a link for one person or device; it is stored nowhere."""
    click.echo(f"{current_app.config['SETTINGS'].base_url}{path}")
    hours = round(life.total_seconds() / 3600)
    click.echo(f"Sirve una sola vez, durante {hours} horas.", err=True)


def _show_link(token: str) -> None:
    show_link(f"/agencia/activar/{token}", accounts.ACTIVATION_LIFE)


def _address(email: str) -> str:
    try:
        return parse_email(email).lower()
    except InvalidInput as error:
        raise click.UsageError(messages.text_of(error)) from None


def _unknown(email: str) -> click.ClickException:
    return click.ClickException(f"No existe la cuenta {email}.")
