import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.booking.turn import reference

ERA = reference.Era(3, "a salt")
BODIES = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from(reference.LETTERS),
    st.text(alphabet=reference.ALPHABET, min_size=reference.LENGTH - 2, max_size=reference.LENGTH - 2),
)


def valid(body: str) -> str:
    return body + reference.check_character(body)


def test_a_new_reference_has_the_promised_form():
    for _ in range(500):
        assert re.fullmatch(r"[CDFHJKMNPRTVWXY][2-9CDFHJKMNPRTVWXY]{6}", reference.new_reference(ERA))


def test_a_new_reference_is_read_back():
    assert all(reference.parse_reference(code) == code for code in (reference.new_reference(ERA) for _ in range(500)))


def test_every_reference_belongs_to_one_era_and_is_drawn_in_it_alone():
    for number in range(reference.ERAS):
        drawn = reference.new_reference(reference.Era(number, "a salt"))[:-1]
        there = [other for other in range(reference.ERAS) if reference.Era(other, "a salt").has(drawn)]
        assert there == [number]


def test_eras_come_round_and_another_salt_divides_otherwise():
    body = reference.new_reference(ERA)[:-1]
    assert reference.Era(ERA.number + reference.ERAS, ERA.salt).has(body)
    bodies = [reference.new_reference(ERA)[:-1] for _ in range(100)]
    assert not all(reference.Era(ERA.number, "another").has(body) for body in bodies)


@given(BODIES, st.integers(0, reference.LENGTH - 1), st.sampled_from(reference.ALPHABET))
def test_any_one_wrong_character_is_found(body, position, other):
    code = valid(body)
    wrong = code[:position] + other + code[position + 1 :]
    assert (reference.parse_reference(wrong) == code) == (wrong == code)
    if wrong != code:
        assert reference.parse_reference(wrong) is None


@given(BODIES, st.integers(0, reference.LENGTH - 2))
def test_two_swapped_neighbours_are_found(body, position):
    code = valid(body)
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert reference.parse_reference(swapped) == (code if swapped == code else None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (str.lower, "typed in small letters"),
        (lambda code: f"  {code[:3]} {code[3:]} ", "copied from the ticket with its space"),
        (lambda code: f"{code[:3]}-{code[3:]}", "with a hyphen"),
        (lambda code: f"{code[:3]}'{code[3:]}", "a scanner's hyphen on another keyboard layout"),
    ],
)
def test_what_people_and_scanners_do_to_it_is_forgiven(change, why):
    code = valid("K7M4XR")
    assert reference.parse_reference(change(code)) == code


@pytest.mark.parametrize("typed", ["", "K7M", "AAAAAAA", "2222222", "K7M4XR22", "ÑÑÑÑÑÑÑ", "K7M4X O"])
def test_invalid_references_parse_to_none(typed):
    assert reference.parse_reference(typed) is None
