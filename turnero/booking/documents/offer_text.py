"""Free days in words, week by week, with what is left or why there is nothing. Pure; ``today`` is the agency's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from turnero.booking.seats.offers import ClosedDay, DayOffer, NoPlace
from turnero.core import formatting
from turnero.core.language import gettext


@dataclass(frozen=True)
class Week:
    """A week in the list of days: days with places, and a sentence for each rest day."""

    title: str
    days: tuple[DayOffer, ...]
    rests: tuple[str, ...]


def weeks(days: Iterable[DayOffer], closed: Iterable[ClosedDay], today: date) -> tuple[Week, ...]:
    """Days with places and rest days, in order, grouped by week."""
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
    return tuple(rest_days(days, kind, reason) for (kind, reason), days in by_cause.items())


def left(offer: DayOffer) -> str:
    """Quedan 8 turnos, solo en la tarde"""
    count = formatting.places_left(offer.free)
    if offer.morning and offer.afternoon:
        return count
    return f"{count}, {formatting.day_parts(offer.morning, offer.afternoon)}"


def rest_days(days: Iterable[date], kind: str, reason: str) -> str:
    """El lunes 7 de diciembre no se atiende por feriado: Fundación de Quito."""
    named = formatting.listed([gettext("el %(day)s", day=formatting.day_and_month(day)) for day in days])
    said = _resting(named, kind, reason)
    return said[0].upper() + said[1:]


def _resting(days: str, kind: str, reason: str) -> str:
    if kind == "holiday" and reason:
        return gettext("%(days)s no se atiende por feriado: %(reason)s.", days=days, reason=reason)
    if kind == "holiday":
        return gettext("%(days)s no se atiende por feriado.", days=days)
    if reason:
        return gettext("%(days)s no se atiende por un cierre: %(reason)s.", days=days, reason=reason)
    return gettext("%(days)s no se atiende por un cierre.", days=days)


def why_none(none: NoPlace) -> str:
    """The reason an agency has no free place, and until when."""
    until = formatting.day_and_month(none.until) if none.until else ""
    match none.kind:
        case "drawn":
            return gettext("Aquí los turnos se dan por sorteo, para que no gane quien llega primero.")
        case "full":
            return _full(none.until)
        case "closed" | "holiday":
            return " ".join(filter(None, (_away(none.kind, none.reason), _back(until))))
        case "not_open_yet":
            return gettext("Todavía no abre turnos: atiende desde el %(day)s.", day=until)
        case _:
            return gettext("Por ahora no tiene horario de atención.")


def _full(opens: date | None) -> str:
    """The sentence of a full agency. ``opens``: the next day that will open for booking."""
    if opens is None:
        return gettext("Todo está tomado. Cada día se abre uno más.")
    last = formatting.day_and_month(opens - timedelta(days=1))
    return gettext("Todo está tomado hasta el %(day)s. Cada día se abre uno más.", day=last)


def _away(kind: str, reason: str) -> str:
    if kind == "holiday" and reason:
        return gettext("No atiende en estos días por feriado: %(reason)s.", reason=reason)
    if kind == "holiday":
        return gettext("No atiende en estos días por feriado.")
    if reason:
        return gettext("No atiende en estos días por un cierre: %(reason)s.", reason=reason)
    return gettext("No atiende en estos días por un cierre.")


def _back(until: str) -> str:
    return gettext("Vuelve a atender el %(day)s.", day=until) if until else ""
