import fontpkg
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from turnero.booking.documents.latin import latin

LATO = frozenset(TTFont(fontpkg.path("Lato")).getBestCmap())


@pytest.mark.parametrize(
    "name",
    [
        "Ñusta Güiracocha",
        "Łukasz Şükrü Őrsi Ștefan Đặng Þóra Ǆ",
        "Nguyễn Thị Diệu",
        "Aña̱ G̃uarani",  # marks that have no letter of their own
        "Ana — María–José ‐ ‒ ― −5",
        "O’Brien «Ñ» “x” … N.º 5 1.ª ¿Sí? ¡No!",
    ],
)
def test_latin_letters_marks_and_dashes_stay_as_they_are(name):
    assert latin(name, LATO) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王芳", "WangFang"),
        ("Иван Петров", "Ivan Petrov"),
        ("Γιώργος", "Giorgos"),  # Lato has Greek, a clerk may not
        ("محمد", "mhmd"),
        ("Ana 王", "Ana Wang"),
        ("no\u2011break", "no-break"),  # Lato lacks this hyphen
        ("ﬁn", "ﬁn"),
        ("ỻ", "ll"),  # a Latin letter that Lato lacks
    ],
)
def test_other_scripts_are_romanised(name, shown):
    assert latin(name, LATO) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("N\u0303usta", "Ñusta"),  # typed on a telephone as two code points
        ("Ana\nMaría\t Pérez\u00a0R.", "Ana María Pérez R."),
        ("A\x00na\x7f", "A na"),
        ("Ma\u00adría\u200b\u202e\ufeff", "María"),  # invisible marks
        ("\ue000\uffff", ""),  # private use, no character
        ("  ", ""),
    ],
)
def test_what_cannot_be_seen_goes(text, shown):
    assert latin(text, LATO) == shown


@given(st.text())
def test_whatever_the_text_every_character_left_can_be_drawn_on_one_line(text):
    shown = latin(text, LATO)
    assert {ord(character) for character in shown} <= LATO
    assert shown == " ".join(shown.split())


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_ascii_is_never_touched(text):
    assert latin(text, LATO) == " ".join(text.split())
