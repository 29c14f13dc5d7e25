import hashlib
import math
from collections import Counter

import pytest

from turnero.booking.waiting import draw
from turnero.booking.waiting.draw import Drawn, Ticket

NUMBERS = [f"S{number:09}" for number in range(20)]
TICKETS = [Ticket(number, 20) for number in NUMBERS]
FREE = [("2026-12-07", minute, seat) for minute in (540, 560) for seat in (0, 1)]


def published(**changes):
    about = {"sorteo": 1, "agencia": "demo-quito-centro"}
    return draw.draw_document(draw.Urn("a secret", TICKETS, FREE, 20), about) | changes


def test_the_seed_is_the_hash_of_secret_and_list():
    document = published()
    lines = "\n".join(f"{number}|20|any" for number in NUMBERS)
    assert document["hash_lista"] == hashlib.sha256(lines.encode()).hexdigest()
    assert document["semilla"] == hashlib.sha256(f"a secret{document['hash_lista']}".encode()).hexdigest()
    by_hash = sorted(NUMBERS, key=lambda one: hashlib.sha256(f"{document['semilla']}|{one}".encode()).hexdigest())
    assert document["orden"] == by_hash
    assert list(document["asignados"]) == by_hash[:4]


def test_the_order_in_which_requests_came_does_not_matter():
    again = draw.draw_document(draw.Urn("a secret", TICKETS[::-1], FREE[::-1], 20), {})
    assert {key: again[key] for key in ("orden", "asignados")} == {
        key: published()[key] for key in ("orden", "asignados")
    }


def test_an_honest_file_verifies():
    assert draw.verify(published()) == []


def test_nothing_published_can_be_changed():
    honest = published()
    swapped = [honest["orden"][1], honest["orden"][0], *honest["orden"][2:]]
    someone = dict(zip(reversed(NUMBERS), honest["asignados"].values(), strict=False))
    for change in (
        {"secreto": "another"},
        {"solicitudes": honest["solicitudes"][1:]},
        {"solicitudes": [*honest["solicitudes"], honest["solicitudes"][0]]},
        {"hash_lista": "0" * 64},
        {"semilla": "0" * 64},
        {"orden": swapped},
        {"asignados": someone},
        {"lugares": honest["lugares"][1:]},
    ):
        assert draw.verify(published(**change)), change


@pytest.mark.parametrize(
    "file", [{}, {"formato": "otro"}, [], {"formato": draw.FORMAT}, published(lugares=[["x", 1, 1]])]
)
def test_an_invalid_draw_file_is_reported(file):
    with pytest.raises(ValueError):
        draw.verify(file)


@pytest.mark.parametrize(
    ("tickets", "given"),
    [
        ([Ticket("A", 20), Ticket("B", 20)], {"A": (540, 0), "B": (540, 1)}),
        ([Ticket("A", 40), Ticket("B", 20)], {"A": (540, 0), "B": (540, 1)}),  # two cells of one window
        ([Ticket("A", 40), Ticket("B", 40), Ticket("C", 20)], {"A": (540, 0), "B": (540, 1)}),
        ([Ticket("A", 60)], {}),  # no window has three cells
        ([Ticket("A", 20, "afternoon")], {}),
        ([Ticket("A", 20, "morning")], {"A": (540, 0)}),
    ],
)
def test_each_gets_the_first_place_that_fits(tickets, given):
    found = draw.allocate(tickets, FREE, 20)
    assert {number: (place.minute, place.seat) for number, place in found.items()} == given
    assert all(isinstance(place, Drawn) for place in found.values())


def test_every_request_has_the_same_chance():
    """Chi-square over many secrets: who wins does not depend on the number."""
    rounds, places = 3000, 4
    wins = Counter()
    for number in range(rounds):
        seed = draw.seed_of(f"secret {number}", draw.list_hash(TICKETS))
        wins.update(draw.order(seed, NUMBERS)[:places])
    chance = places / len(NUMBERS)
    expected = rounds * chance
    # Each count is binomial; together they are fixed, hence one degree of freedom less.
    chi_square = sum((wins[one] - expected) ** 2 for one in NUMBERS) / (expected * (1 - chance) * len(NUMBERS) / 19)
    assert chi_square < 19 + 5 * math.sqrt(2 * 19)


def test_the_uniformity_test_can_fail():
    """The control: an order that favours low numbers is far beyond that bound."""
    wins = Counter()
    for number in range(3000):
        seed = draw.seed_of(f"secret {number}", draw.list_hash(TICKETS))
        wins.update(sorted(draw.order(seed, NUMBERS)[:5])[:4])
    expected = 3000 * 0.2
    assert sum((wins[one] - expected) ** 2 for one in NUMBERS) / expected > 19 + 5 * math.sqrt(2 * 19)
