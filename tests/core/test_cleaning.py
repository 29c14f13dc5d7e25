"""Cleaning of pasted text before it is judged."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.booking.turn.reference import check_character, parse_reference
from turnero.core.cleaning import clean_email, clean_identifier, clean_line, clean_name, clean_text
from turnero.core.errors import InvalidInput
from turnero.verify import cedula, code
from turnero.verify.contact import parse_email, parse_mobile

CEDULA, MOBILE, EMAIL, CODE, NAME = "1710034065", "0991234567", "ana.demo@example.ec", "042137", "José Fernández Ñuño"
REFERENCE = "CFXYDY" + check_character("CFXYDY")
# Soft hyphen, joiners, direction marks, byte order mark, variation selector, tag, Hangul filler, replacement, controls.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u180e\u200b\u200d\u200e\u202e\u2060\u3164\ufe0f\ufeff\uffa0\ufffc\U000e0041"
    "\x00\x07\x7f\x85"
)
SPACES = " \t\n\r\u00a0\u1680\u2003\u2007\u2028\u202f\u205f\u3000"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\uff0d"
PARSERS = {
    "cedula": (cedula.parse, CEDULA, CEDULA),
    "mobile": (parse_mobile, MOBILE, "+593991234567"),
    "code": (code.clean, CODE, CODE),
    "reference": (parse_reference, REFERENCE, REFERENCE),
    "e-mail": (parse_email, EMAIL, EMAIL),
}


def strewn(value, removable):
    """``value`` with any of ``removable`` at any places."""
    places = st.lists(st.tuples(st.integers(0, len(value)), st.sampled_from(removable)), max_size=12)
    return places.map(lambda made: strew(value, made))


def strew(value, made):
    for place, character in sorted(made, reverse=True):
        value = value[:place] + character + value[place:]
    return value


def removable_of(field):
    return INVISIBLE + SPACES + ("" if field == "e-mail" else DASHES)


@pytest.mark.parametrize("field", PARSERS)
@given(data=st.data())
def test_removable_characters_anywhere_leave_the_value_unchanged(field, data):
    parse, value, stored = PARSERS[field]
    assert parse(data.draw(strewn(value, removable_of(field)))) == stored


@given(data=st.data())
def test_invisible_characters_anywhere_leave_a_name_unchanged(data):
    assert clean_name(data.draw(strewn(NAME, INVISIBLE))) == NAME


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("cedula", "1710034066"),
        ("mobile", "021234567"),
        ("code", "04213"),
        ("reference", REFERENCE[:-1]),
        ("e-mail", "ana.demo@"),
    ],
)
@given(data=st.data())
def test_removable_characters_never_make_an_invalid_value_valid(field, wrong, data):
    parse, _, _ = PARSERS[field]
    typed = data.draw(strewn(wrong, removable_of(field)))
    with suppress(InvalidInput):
        assert parse(typed) is None  # what parse_reference returns for it


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    for clean in (clean_identifier, clean_email, clean_name, clean_line, clean_text):
        once = clean(text)
        assert clean(once) == once


@given(st.text())
def test_cleaned_text_is_composed_and_holds_no_control_characters(text):
    cleaned = clean_text(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert {c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs", "Co")} <= set("\t\n\r")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("C.I. 171003406-5", CEDULA),
        ("CI: 1710034065", CEDULA),
        ("Cédula: 1710034065.", CEDULA),
        ("Ce\u0301dula N.º 1710034065", CEDULA),
        ("cédula de identidad 1710034065", CEDULA),
        ("«1710034065»", CEDULA),
        ("(171)003.4065;", CEDULA),
        ("１７１００３４０６５", CEDULA),
        ("\u202a1710034065\u202c", CEDULA),
    ],
)
def test_a_pasted_cedula(typed, value):
    assert cedula.parse(typed) == value


@pytest.mark.parametrize(
    "typed",
    [
        "tel:+593-99-123-4567",
        "Tel. 099 123 4567",
        "Celular: 0991234567,",
        "WhatsApp +593 99 123 4567",
        "(099) 123\u20114567",
        "\u202a+593 99 123 4567\u202c",
        "00593991234567",
    ],
)
def test_a_pasted_mobile(typed):
    assert parse_mobile(typed) == "+593991234567"


@pytest.mark.parametrize(
    "typed",
    ["Su código: 042137", "        042 137", "042-137.", "«042137»", "El código es 042137", "\u2066042137\u2069"],
)
def test_a_pasted_code(typed):
    assert code.clean(typed) == CODE


@pytest.mark.parametrize(
    "pattern", ["Referencia: {}", "ref. {}", "Turno {}.", "«{}»", "{},", "#{}", "\u200b{}", "'{}'"]
)
def test_a_pasted_reference(pattern):
    assert parse_reference(pattern.format(REFERENCE.lower())) == REFERENCE


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("mailto:ana.demo@example.ec", EMAIL),
        ("MAILTO:ana.demo@example.ec?subject=Turno", EMAIL),
        ("Ana Demo <ana.demo@example.ec>", EMAIL),
        ('"Demo, Ana" <ana.demo@example.ec>;', EMAIL),
        ("<mailto:ana.demo@example.ec>", EMAIL),
        ("'ana.demo@example.ec',", EMAIL),
        ("ana.demo@example.ec.", EMAIL),
        ("ana.demo＠example.ec", EMAIL),
        ("ana.\u00addemo @example.ec", EMAIL),
        ("_ana-demo_@example.ec", "_ana-demo_@example.ec"),
        ("ana+turno@example.ec", "ana+turno@example.ec"),
    ],
)
def test_a_pasted_email(typed, email):
    assert parse_email(typed) == email


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Fer\u00adnández", "Fernández"),
        ("  María\nJosé\t Pérez ", "María José Pérez"),
        ("Jose\u0301", "José"),
        ("Jose\u200d\u0301", "José"),
        ("Ana 😀 Demo ❤\ufe0f", "Ana Demo"),
        ("👩\u200d👩\u200d👧", ""),
        ("🇪🇨 Luis", "Luis"),
        ("\u200b\u3164", ""),
        ("...", ""),
        ("O'Brien-Núñez Jr.", "O'Brien-Núñez Jr."),
        ("Ana\ufffcDemo", "AnaDemo"),
    ],
)
def test_a_pasted_name(typed, name):
    assert clean_name(typed) == name


def test_free_text_keeps_lines_and_emoji():
    assert clean_text("  Gracias 😀\r\nmuy\u200b amable\x07 ") == "Gracias 😀\r\nmuy amable"


@pytest.mark.parametrize("typed", ["١٧١٠٠٣٤٠٦٥", "¹710034065", "171003406S"])
def test_other_digits_and_look_alikes_are_not_read_as_ascii(typed):
    with pytest.raises(InvalidInput):
        cedula.parse(typed)
