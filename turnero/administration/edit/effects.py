"""Effects of an edit on places and people, in sentences. Pure."""

from dataclasses import dataclass
from datetime import date

from turnero.booking.documents.closure_text import people_sentences
from turnero.core.formatting import long_date, thousands
from turnero.core.language import gettext, ngettext


@dataclass(frozen=True)
class Effect:
    """Places (seats of cells) from ``first`` to ``last`` before and after, and turns that lose their hour.

    ``placed``: those with another place available, None before searching; ``unreachable``: those without an address.
    ``given_back``: displaced people without another hour whose lost hour has places again; they are not rebooked
    automatically.
    """

    first: date
    last: date
    before: int
    after: int
    displaced: int = 0
    placed: int | None = None
    unreachable: int = 0
    given_back: int = 0


def effect_sentences(effect: Effect) -> list[str]:
    """The sentences: places first, then people."""
    lost = people_sentences(effect.displaced, effect.placed, effect.unreachable)
    return [_places(effect), *lost, *_given_back(effect.given_back)]


def _given_back(count: int) -> list[str]:
    if not count:
        return []
    return [
        ngettext(
            "%(count)s persona que perdió una de estas horas sigue con otra propuesta o sin turno: véala en "
            "Desplazados.",
            "%(count)s personas que perdieron una de estas horas siguen con otra propuesta o sin turno: véalas en "
            "Desplazados.",
            count,
            count=thousands(count),
        )
    ]


def _places(effect: Effect) -> str:
    days = between(effect.first, effect.last)
    more = effect.after - effect.before
    if not more:
        return gettext(
            "No cambia cuántos turnos se pueden dar %(days)s: %(places)s.", days=days, places=thousands(effect.after)
        )
    values = {
        "count": thousands(abs(more)),
        "days": days,
        "before": thousands(effect.before),
        "after": thousands(effect.after),
    }
    if more > 0:
        return ngettext(
            "Crea %(count)s turno %(days)s: de %(before)s pasan a %(after)s.",
            "Crea %(count)s turnos %(days)s: de %(before)s pasan a %(after)s.",
            more,
            **values,
        )
    return ngettext(
        "Quita %(count)s turno %(days)s: de %(before)s pasan a %(after)s.",
        "Quita %(count)s turnos %(days)s: de %(before)s pasan a %(after)s.",
        -more,
        **values,
    )


def between(first: date, last: date) -> str:
    """el lunes 7 de diciembre de 2026; entre el lunes 7 de … y el viernes 11 de …"""
    if first == last:
        return gettext("el %(day)s", day=long_date(first))
    return gettext("entre el %(first)s y el %(last)s", first=long_date(first), last=long_date(last))
