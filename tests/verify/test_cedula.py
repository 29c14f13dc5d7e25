"""Cédulas as people type them. All valid ones here are synthetic."""

import pytest

from turnero.core.errors import TurneroError
from turnero.core.messages import text_of
from turnero.verify.cedula import CedulaLength, CedulaMissing, InvalidCedula, masked, parse

VALID = [
    ("1700000001", "1700000001"),
    ("0900000001", "0900000001"),  # begins with zero
    ("2000000006", "2000000006"),  # Galápagos
    ("3000000004", "3000000004"),  # registered abroad
    ("1760000008", "1760000008"),  # third digit 6: issued to foreigners
    ("170000000-1", "1700000001"),
    (" 1700 000 001 ", "1700000001"),
    ("170.000.000–1", "1700000001"),  # dots and a long dash
    ("１７０００００００１", "1700000001"),  # full-width digits
    ("\u202a1700000001\u202c\n", "1700000001"),  # the invisible marks of a copied number
]

INVALID = [
    ("1700000002", InvalidCedula),  # check digit
    ("2500000001", InvalidCedula),  # no such province
    ("1780000004", InvalidCedula),  # third digit 8, although its check digit is right
    ("2222222222", InvalidCedula),  # passes the check digit
    ("0000000000", InvalidCedula),
    ("17000000AB", InvalidCedula),
    ("1700000OO1", InvalidCedula),  # letter O for zero
    ("+1700000001", InvalidCedula),
    ("170000001", CedulaLength),
    ("17000000011", CedulaLength),
    ("", CedulaMissing),
    (" - ", CedulaMissing),
]


@pytest.mark.parametrize(("typed", "cedula"), VALID)
def test_a_valid_cedula_becomes_ten_ascii_digits(typed: str, cedula: str) -> None:
    assert parse(typed) == cedula


@pytest.mark.parametrize(("typed", "error"), INVALID)
def test_an_invalid_cedula_is_refused_with_the_reason_the_person_can_mend(
    typed: str, error: type[TurneroError]
) -> None:
    with pytest.raises(InvalidCedula) as refused:
        parse(typed)
    assert type(refused.value) is error
    assert text_of(refused.value)


def test_a_wrong_length_says_how_many_digits_were_typed() -> None:
    with pytest.raises(CedulaLength) as refused:
        parse("170-000-001")
    assert "usted ingresó 9" in text_of(refused.value)


def test_every_single_wrong_digit_of_a_cedula_is_noticed() -> None:
    for position in range(10):
        for digit in "0123456789":
            typed = "1760000008"[:position] + digit + "1760000008"[position + 1 :]
            if typed != "1760000008":
                with pytest.raises(InvalidCedula):
                    parse(typed)


def test_logs_show_only_the_ends_of_a_cedula() -> None:
    assert masked("1700000001") == "17******01"
