"""Commands that inspect slots."""

import json
from datetime import date, datetime, timedelta

import click
from flask.cli import with_appcontext

from turnero.agencies import queries as agencies
from turnero.booking.seats import availability
from turnero.booking.seats.slots import Slot
from turnero.core import formatting
from turnero.core.errors import NotFound


@click.command("slots")
@click.argument("agency_slug", metavar="AGENCIA")
@click.argument("procedure_slug", metavar="TRÁMITE")
@click.argument("day", metavar="FECHA", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--json", "as_json", is_flag=True, help="Lista JSON en lugar de texto.")
@with_appcontext
def slots_command(agency_slug: str, procedure_slug: str, day: datetime, as_json: bool) -> None:
    """Muestra cada hora que la agencia ofrece ese día, también las llenas."""
    try:
        agency, procedure = agencies.agency(agency_slug), agencies.procedure(procedure_slug)
    except NotFound:
        raise click.UsageError("No existe esa agencia o ese trámite.") from None
    starts = availability.hours(agency, procedure, day.date())
    if as_json:
        click.echo(json.dumps([_as_json(day.date(), slot) for slot in starts]))
        return
    for slot in starts:
        click.echo(
            f"{formatting.clock_time(slot.minute)}  capacidad {slot.capacity}  tomados {slot.taken}"
            f"  reservados {slot.held}  libres {slot.free}"
        )


def _as_json(day: date, slot: Slot) -> dict[str, str | int]:
    start = datetime.combine(day, datetime.min.time()) + timedelta(minutes=slot.minute)
    return {
        "start": start.strftime("%Y-%m-%dT%H:%M"),
        "capacity": slot.capacity,
        "taken": slot.taken,
        "held": slot.held,
        "free": slot.free,
    }
