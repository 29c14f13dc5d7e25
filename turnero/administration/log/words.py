"""Log lines about turns and views of personal data, in words, without names or cédulas."""

from datetime import datetime

from turnero.administration.log.turn_places import Move, TurnPlace
from turnero.booking.documents.event_text import event_words
from turnero.booking.turn.models import Event
from turnero.core.formatting import long_date, moment
from turnero.core.language import gettext, gettext_noop
from turnero.staff.models import DataView

_AGENDAS = {
    "agenda": gettext_noop("Vio la agenda del %(day)s."),
    "csv": gettext_noop("Descargó en CSV la agenda del %(day)s."),
    "pdf": gettext_noop("Descargó en PDF la agenda del %(day)s."),
    "paper": gettext_noop("Abrió la lista en papel del %(day)s."),
}
_AGENDAS_WITH_IT = {
    "agenda": gettext_noop("Vio la agenda del %(day)s, donde estaba este turno."),
    "csv": gettext_noop("Descargó en CSV la agenda del %(day)s, donde estaba este turno."),
    "pdf": gettext_noop("Descargó en PDF la agenda del %(day)s, donde estaba este turno."),
    "paper": gettext_noop("Abrió la lista en papel del %(day)s, donde estaba este turno."),
}


def step(event: Event, reference: str, place: TurnPlace, move: Move | None) -> str:
    """A turn's event at ``place``, or its move."""
    if move is not None:
        return _moved(reference, move)
    did = event_words(event)
    did = did[:1].lower() + did[1:]
    return gettext(
        "Turno %(reference)s, del %(when)s: %(step)s.", reference=reference, when=moment(place.when), step=did
    )


def _moved(reference: str, move: Move) -> str:
    places = {"before": moment(move.before.when), "after": moment(move.after.when)}
    if move.before.agency == move.after.agency:
        return gettext("Turno %(reference)s: pasa del %(before)s al %(after)s.", reference=reference, **places)
    return gettext(
        "Turno %(reference)s: pasa del %(before)s, en otra agencia, al %(after)s.", reference=reference, **places
    )


def opened(reference: str, when: datetime) -> str:
    """A view of one turn's details; ``when``: its local hour at that time."""
    return gettext("Abrió el turno %(reference)s, del %(when)s.", reference=reference, when=moment(when))


def agenda(view: DataView) -> str:
    """A view of a whole day's agenda."""
    return gettext(_AGENDAS[view.kind], day=_day(view))


def agenda_with_it(view: DataView, *, already: bool) -> str:
    """As ``agenda``, for a search by turn; ``already``: the turn was there when the page was opened."""
    if already:
        return gettext(_AGENDAS_WITH_IT[view.kind], day=_day(view))
    return gettext(
        "Vio la agenda del %(day)s. Este turno entró después, y la página abierta se pone al día sola.", day=_day(view)
    )


def _day(view: DataView) -> str:
    return long_date(view.day) if view.day else ""
