"""Free days in words: week by week, what is left, and why there is none. Pure; ``today`` is the agency's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from turnero import formatting
from turnero.booking.offers import ClosedDay, DayOffer, NoPlace


@dataclass(frozen=True)
class Week:
    """A week of the list of days: its days with places, and a sentence for each rest day in it."""

    title: str
    days: tuple[DayOffer, ...]
    rests: tuple[str, ...]


def weeks(days: Iterable[DayOffer], closed: Iterable[ClosedDay], today: date) -> tuple[Week, ...]:
    """Days with places and rest days, in order, by the week they are in."""
    offers, rests = list(days), list(closed)
    named = {offer.day for offer in offers} | {entry.day for entry in rests}
    titles = {day: formatting.week_title(day, today) for day in sorted(named)}
    return tuple(
        Week(
            title,
            tuple(offer for offer in offers if titles[offer.day] == title),
            _rests([entry for entry in rests if titles[entry.day] == title]),
        )
        for title in dict.fromkeys(titles.values())
    )


def _rests(closed: Iterable[ClosedDay]) -> tuple[str, ...]:
    """A sentence for each cause."""
    by_cause: dict[tuple[str, str], list[date]] = {}
    for entry in closed:
        by_cause.setdefault((entry.kind, entry.reason), []).append(entry.day)
    return tuple(rest(days, kind, reason) for (kind, reason), days in by_cause.items())


def left(offer: DayOffer) -> str:
    """Quedan 8 turnos, solo en la tarde"""
    count = formatting.places_left(offer.free)
    if offer.morning and offer.afternoon:
        return count
    return f"{count}, {formatting.day_parts(offer.morning, offer.afternoon)}"


def rest(days: Iterable[date], kind: str, reason: str) -> str:
    """El lunes 7 de diciembre no se atiende por feriado: Fundación de Quito."""
    named = formatting.listed([f"el {formatting.day_and_month(day)}" for day in days])
    cause = "por feriado" if kind == "holiday" else "por un cierre"
    return f"E{named[1:]} no se atiende {cause}{f': {reason}' if reason else ''}."


def why_none(none: NoPlace) -> str:
    """What to say of an agency without a free place: what happened, and until when."""
    until = formatting.day_and_month(none.until) if none.until else ""
    reason = f": {none.reason}" if none.reason else ""
    match none.kind:
        case "drawn":
            return "Aquí los turnos se dan por sorteo, para que no gane quien llega primero."
        case "full":
            return _full(none.until)
        case "closed":
            return f"No atiende en estos días por un cierre{reason}." + _back(until)
        case "holiday":
            return f"No atiende en estos días por feriado{reason}." + _back(until)
        case "not_open_yet":
            return f"Todavía no abre turnos: atiende desde el {until}."
        case _:
            return "Por ahora no tiene horario de atención."


def _full(opens: date | None) -> str:
    """``opens``: the next day that will be opened for booking; all before it is taken."""
    last = f" hasta el {formatting.day_and_month(opens - timedelta(days=1))}" if opens else ""
    return f"Todo está tomado{last}. Cada día se abre uno más."


def _back(until: str) -> str:
    return f" Vuelve a atender el {until}." if until else ""
