"""The draw: allocates places from a secret and the list of requests. Pure; anybody can repeat it.

The hash of the secret is published before requests open and the hash of the list when they close, so that nobody can
choose the outcome: seed = SHA-256(secret ‖ list hash), and requests are ordered by SHA-256(seed ‖ "|" ‖ number).
All values are hexadecimal text, as in the published file.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

NOON = 720
FORMAT = "turnero-sorteo-1"
Cell = tuple[str, int, int]
"""A free seat: day (AAAA-MM-DD), local minute, number of the window."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request as published, without cédula or name. ``minutes``: duration of its trámite."""

    number: str
    minutes: int
    part: str = "any"

    @property
    def line(self) -> str:
        return f"{self.number}|{self.minutes}|{self.part}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The place a ticket won: local ``minute`` of the first of ``cells`` cells at one window (``seat``)."""

    day: str
    minute: int
    seat: int
    cells: int


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def secret_hash(secret: str) -> str:
    """The hash of the secret, published before requests open."""
    return _sha256(secret)


def list_hash(tickets: Iterable[Ticket]) -> str:
    """The hash of all requests' lines, ordered by number."""
    return _sha256("\n".join(sorted(ticket.line for ticket in tickets)))


def seed_of(secret: str, of_list: str) -> str:
    return _sha256(secret + of_list)


def order(seed: str, numbers: Iterable[str]) -> list[str]:
    """The numbers in drawn order; every order is equally likely."""
    return sorted(numbers, key=lambda number: (_sha256(f"{seed}|{number}"), number))


def allocate(drawn: Sequence[Ticket], free: Iterable[Cell], step: int) -> dict[str, Drawn]:
    """Each ticket's place by number: in drawn order, the first long enough place in its part of the day."""
    left = set(free)
    starts = sorted(left)
    given: dict[str, Drawn] = {}
    for ticket in drawn:
        length = -(-ticket.minutes // step)
        for day, minute, seat in starts:
            cells = [(day, minute + step * ahead, seat) for ahead in range(length)]
            if part_fits(ticket.part, minute) and left.issuperset(cells):
                given[ticket.number] = Drawn(day, minute, seat, length)
                left.difference_update(cells)
                starts = [cell for cell in starts if cell in left]
                break
    return given


def part_fits(part: str, minute: int) -> bool:
    """Whether a start is in the requested part of the day."""
    return part == "any" or (part == "morning") == (minute < NOON)


@dataclass(frozen=True, slots=True)
class Urn:
    """The input of a draw. ``step``: minutes of a cell."""

    secret: str
    tickets: Sequence[Ticket]
    free: Sequence[Cell]
    step: int


def draw_document(urn: Urn, about: dict[str, Any]) -> dict[str, Any]:
    """The published file: input and result, in Spanish, without personal data."""
    of_list = list_hash(urn.tickets)
    seed = seed_of(urn.secret, of_list)
    by_number = {ticket.number: ticket for ticket in urn.tickets}
    ranks = order(seed, by_number)
    given = allocate([by_number[number] for number in ranks], urn.free, urn.step)
    return {
        "formato": FORMAT,
        **about,
        "secreto": urn.secret,
        "hash_secreto": secret_hash(urn.secret),
        "solicitudes": [
            {"numero": ticket.number, "minutos": ticket.minutes, "parte": ticket.part}
            for _, ticket in sorted(by_number.items())
        ],
        "hash_lista": of_list,
        "semilla": seed,
        "minutos_por_celda": urn.step,
        "lugares": [list(cell) for cell in sorted(urn.free)],
        "orden": ranks,
        "asignados": {
            number: {"dia": place.day, "minuto": place.minute, "asiento": place.seat, "celdas": place.cells}
            for number, place in given.items()
        },
    }


_FAULTS = {
    "hash_secreto": "El secreto no es el que se anunció: su hash es otro.",
    "hash_lista": "La lista de solicitudes no es la que se cerró: su hash es otro.",
    "semilla": "La semilla no sale del secreto y de la lista.",
    "orden": "El orden no es el que sale de la semilla.",
    "asignados": "Los lugares no se asignaron en ese orden.",
}


def verify(published: dict[str, Any]) -> list[str]:
    """Repeat the draw of a published file. Returns the differences as Spanish sentences; empty if there are none.

    Raises ValueError if it is not such a file.
    """
    try:
        if published["formato"] != FORMAT:
            raise ValueError(published["formato"])
        urn = _urn(published)
        again = draw_document(urn, {})
        wrong = [text for key, text in _FAULTS.items() if published[key] != again[key]]
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise ValueError(str(error)) from error
    if len({ticket.number for ticket in urn.tickets}) != len(urn.tickets):
        wrong.append("Hay solicitudes repetidas.")
    return wrong


def _urn(published: dict[str, Any]) -> Urn:
    tickets = [Ticket(str(one["numero"]), int(one["minutos"]), str(one["parte"])) for one in published["solicitudes"]]
    free = [(date.fromisoformat(day).isoformat(), int(minute), int(seat)) for day, minute, seat in published["lugares"]]
    return Urn(str(published["secreto"]), tickets, free, int(published["minutos_por_celda"]))
