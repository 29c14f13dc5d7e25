"""What a change does to places and to people, in sentences. Pure."""

from dataclasses import dataclass
from datetime import date

from turnero.booking.closure_text import people
from turnero.formatting import long_date, thousands


@dataclass(frozen=True)
class Effect:
    """Places (seats of cells) from ``first`` to ``last`` before and after; the turns that lose their hour.

    ``placed``: those of them for whom another place is at hand, None before it was looked for;
    ``unreachable``: without an address.
    """

    first: date
    last: date
    before: int
    after: int
    displaced: int = 0
    placed: int | None = None
    unreachable: int = 0


def told(effect: Effect) -> list[str]:
    """In the order in which people want to know: places, then persons."""
    return [_places(effect), *people(effect.displaced, effect.placed, effect.unreachable)]


def _places(effect: Effect) -> str:
    days = (
        f"el {long_date(effect.first)}"
        if effect.first == effect.last
        else f"entre el {long_date(effect.first)} y el {long_date(effect.last)}"
    )
    more = effect.after - effect.before
    if not more:
        return f"No cambia cuántos turnos se pueden dar {days}: {thousands(effect.after)}."
    verb = "Crea" if more > 0 else "Quita"
    turns = "1 turno" if abs(more) == 1 else f"{thousands(abs(more))} turnos"
    return f"{verb} {turns} {days}: de {thousands(effect.before)} pasan a {thousands(effect.after)}."
