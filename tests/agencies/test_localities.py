"""Provinces and cantons: look-up, and days that stop legal terms. On both engines."""

from datetime import date

import pytest

from tests.support.rows.country import closure, country, holiday
from turnero.agencies.localities import AmbiguousCanton, Locality, UnknownCanton, find_canton, legal_rest

__all__ = ["country"]
MONDAY = date(2026, 6, 1)
pytestmark = pytest.mark.usefixtures("country")


def test_a_canton_is_found_however_it_is_typed() -> None:
    holiday(date(2026, 6, 16), canton="Mejía")
    assert find_canton("  MEJIA ") == Locality("17", "Mejía")
    assert find_canton("quito") == Locality("17", "Quito")
    with pytest.raises(UnknownCanton):
        find_canton("Nada")


@pytest.mark.parametrize(
    ("spellings", "usual"),
    [(["quito"], "Quito"), (["QUITO"], "Quito"), (["quito", "quito"], "quito"), (["Qúito"], "Qúito")],
)
def test_two_spellings_in_one_province_are_one_canton(spellings: list[str], usual: str) -> None:
    """The most usual; of those as frequent the one that is written best. Quito is there once."""
    for number, spelling in enumerate(spellings, 1):
        holiday(date(2026, 6, number), canton=spelling)
    assert find_canton("quito") == Locality("17", usual)
    assert find_canton("QUITO", ["17"]) == Locality("17", usual)


def test_a_canton_with_namesakes_needs_its_province() -> None:
    holiday(date(2026, 6, 16), province="01", canton="Quito")
    with pytest.raises(AmbiguousCanton):
        find_canton("Quito")
    assert find_canton("Quito", ["01"]) == Locality("01", "Quito")


def test_legal_rest_is_the_union_of_the_places_named() -> None:
    holiday(date(2026, 12, 6), canton="Quito")
    holiday(date(2026, 6, 16), province="01")
    holiday(date(2026, 7, 6), confirmed=False)
    nowhere, both = legal_rest([]), legal_rest([Locality("17", "Quito"), Locality("01")])
    rests = (date(2026, 12, 7), date(2026, 6, 15), date(2026, 7, 6), date(2026, 12, 25))
    assert [nowhere(day) for day in rests] == [False, False, False, True]
    assert [both(day) for day in rests] == [True, True, False, True]


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({}, True),
        ({"kind": "holiday"}, True),
        ({"recoverable": True}, False),
        ({"kind": "contingency"}, False),
        ({"start": "2026-06-01 08:00", "end": "2026-06-01 17:00"}, False),  # not a whole day
        ({"scope": "province", "province_code": "17"}, True),
        ({"scope": "canton", "province_code": "17", "canton": "Quito"}, True),
        ({"scope": "canton", "province_code": "17", "canton": "Cayambe"}, False),
        ({"scope": "agency", "agency_id": 1}, False),
    ],
)
def test_only_whole_unrecovered_decrees_stop_a_term(values: dict[str, str], counts: bool) -> None:
    closure(**{"scope": "national"} | values)
    assert legal_rest([Locality("17", "Quito")])(MONDAY) is counts


def test_a_whole_province_does_not_rest_on_a_cantons_decree() -> None:
    closure("canton", province_code="17", canton="Quito")
    assert not legal_rest([Locality("17")])(MONDAY)
