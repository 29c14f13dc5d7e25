"""Books a turn at the kiosk without e-mail, under the window's rules, with a printed slip."""

from dataclasses import dataclass
from itertools import groupby

from flask import current_app

from turnero.agencies.models import Agency
from turnero.attention.kiosk.reading import count_miss, is_paused
from turnero.attention.window import turns
from turnero.attention.window.turns import FreeHour
from turnero.booking.counter import assisted
from turnero.booking.documents.turn_text import TurnText
from turnero.booking.journey.forms import Hour
from turnero.booking.turn.errors import AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn
from turnero.booking.turn.new_booking import Extras, made_before
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import Device
from turnero.verify import registry


@dataclass(frozen=True)
class Asked:
    """A request at the kiosk. ``procedure``: slug; ``request``: the form's random key, which makes it idempotent."""

    procedure: str
    hour: Hour
    cedula: str
    request: str


def days(slug: str, agency: Agency) -> list[list[FreeHour]]:
    """Free hours of the next days with places, by day. Raises UnknownPlace."""
    hours = turns.free_hours(slug, agency.id)
    return [list(of_day) for _, of_day in groupby(hours, key=lambda hour: hour.day)]


def give(asked: Asked, device_id: int) -> TurnText | None:
    """Make a confirmed turn; None if the registry or the person's limits refuse, or the kiosk is paused.

    Raises RegistryUnavailable, UnknownPlace, NotOffered and PlaceTaken.
    """
    known = registry.from_settings(current_app.config["SETTINGS"]).find(asked.cedula) is not None
    return _give(asked, device_id, known=known)


@database.transaction
def _give(asked: Asked, device_id: int, *, known: bool) -> TurnText | None:
    """Count answers that reveal something about a cédula as misses, as for tickets."""
    device = db.session.get_one(Device, device_id, with_for_update={"of": Device}, populate_existing=True)
    procedure, desk = turns.offered_procedure(asked.procedure, device.agency_id)
    assisted.lock_place(asked.cedula, desk)
    now = clock.now()
    if is_paused(device, now):
        return None
    extras = Extras(request=asked.request)
    made = made_before(asked.cedula, device.agency_id, extras)
    if made is not None:
        return TurnText.of(made)
    actor = Actor.kiosk(device.id)
    try:
        if known:
            with db.session.begin_nested():  # undo what the refused attempt began; the miss still counts
                made = assisted.place_assisted(
                    asked.cedula, procedure, desk, asked.hour, channel="kiosk", actor=actor, now=now, extras=extras
                )
            return TurnText.of(made)
    except (AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn):
        pass
    count_miss(device, now)
    return None
