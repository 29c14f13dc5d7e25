"""A closure and its effect on people, in sentences."""

from datetime import datetime, timedelta

from turnero.core.formatting import long_date, thousands, time_of
from turnero.core.language import gettext, gettext_noop, ngettext

# Tables of words, translated with ``gettext`` where they are shown.
KINDS = {
    "holiday": gettext_noop("Feriado"),
    "decree": gettext_noop("Decreto"),
    "contingency": gettext_noop("Contingencia"),
}
STATUSES = {
    "pending": gettext_noop("por atender"),
    "proposed": gettext_noop("con propuesta"),
    "unplaced": gettext_noop("sin lugar"),
    "placed": gettext_noop("reubicado"),
    "accepted": gettext_noop("aceptó"),
    "rebooked": gettext_noop("eligió otro"),
    "cancelled": gettext_noop("cancelado"),
    "restored": gettext_noop("recuperó su hora"),
}

HOURS_CHANGED = gettext_noop("La agencia cambió su horario")
"""The one reason for lost hours that nobody typed; it is kept in Spanish, as it stands here."""
_STOPS = (".", "!", "?", "…")


def told_reason(reason: str) -> str:
    """The reason of a closure as a sentence with a full stop; typed reasons stay as typed, ours are translated."""
    told = gettext(HOURS_CHANGED) if reason == HOURS_CHANGED else reason
    return told if not told or told.endswith(_STOPS) else f"{told}."


def span(starts: datetime, ends: datetime) -> str:
    """el lunes 7 de diciembre de 2026, todo el día; from an hour of a day to another otherwise. Local time."""
    whole = starts == _midnight(starts) and ends == _midnight(ends)
    last = ends - timedelta(days=1) if whole else ends
    days = {"first": long_date(starts.date()), "last": long_date(last.date())}
    hours = {"open": time_of(starts), "close": time_of(ends)}
    if starts.date() == last.date():
        if whole:
            return gettext("el %(day)s, todo el día", day=days["first"])
        return gettext("el %(day)s, de %(open)s a %(close)s", day=days["first"], **hours)
    if whole:
        return gettext("del %(first)s al %(last)s, días enteros", **days)
    return gettext("del %(first)s a las %(open)s al %(last)s a las %(close)s", **days, **hours)


def people_sentences(displaced: int, placed: int | None, unreachable: int) -> list[str]:
    """Sentences on who loses an hour and what happens next; ``placed`` is None before places were searched."""
    if not displaced:
        return [gettext("Nadie pierde su turno.")]
    said = [
        ngettext(
            "%(count)s persona afectada: pierde su hora.",
            "%(count)s personas afectadas: pierden su hora.",
            displaced,
            count=thousands(displaced),
        )
    ]
    if placed is None:
        said.append(gettext("En el próximo minuto se les busca otro turno y se les escribe."))
    else:
        if placed:
            said.append(gettext("Con otro turno guardado: %(count)s.", count=thousands(placed)))
        if placed < displaced:
            left = thousands(displaced - placed)
            said.append(gettext("Sin otro lugar cerca, elegirán uno con su enlace: %(count)s.", count=left))
    if unreachable:
        untold = thousands(unreachable)
        said.append(gettext("Sin correo, avíseles por teléfono o en la agencia: %(count)s.", count=untold))
    return said


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
