"""The validity of a preview's fingerprint."""

import pytest

from turnero.booking.closures import seal


@pytest.mark.parametrize(
    ("shown", "people", "expected"),
    [
        ("0", 0, True),
        ("0", 1, False),
        ("2", 1, False),
        ("99", 100, False),
        ("100", 102, True),
        ("100", 98, True),
        ("100", 103, False),
        ("5000", 5100, True),
        ("5000", 5101, False),
        ("5000", 0, False),
        ("", 0, False),
        ("x", 0, False),
        ("-1", 1, False),
        ("²", 2, False),
        ("9" * 5000, 1, False),
    ],
)
def test_a_seal_is_exact_for_few_and_near_enough_for_hundreds(shown, people, expected):
    assert seal.holds(shown, people) is expected


def test_what_was_sealed_holds():
    assert all(seal.holds(seal.seal_of(people), people) for people in (0, 1, 99, 100, 40_000))
