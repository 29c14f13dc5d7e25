"""The code: how it is made, typed and compared."""

import hmac
import string
from collections import Counter

import pytest

from turnero.core.messages import text_of
from turnero.verify.code import CodeFormat, clean, code_of, matches

KEY = "a key for tests, long enough to be one"
CODES = [code_of(KEY, f"nonce {number}") for number in range(20_000)]


def test_a_code_is_the_hmac_of_its_nonce_modulo_a_million() -> None:
    expected = int(hmac.new(b"key", b"nonce", "sha256").hexdigest(), 16) % 1_000_000
    assert code_of("key", "nonce") == f"{expected:06d}"


def test_every_code_has_six_ascii_digits_and_keeps_its_leading_zeros() -> None:
    assert all(len(code) == 6 and set(code) <= set(string.digits) for code in CODES)
    assert any(code.startswith("0") for code in CODES)


@pytest.mark.parametrize("position", range(6))
def test_the_digits_of_codes_are_spread_evenly_in_every_position(position: int) -> None:
    # Chi-square with 9 degrees of freedom passes 33.7 once in 10,000 times by chance; these nonces are fixed.
    counts = Counter(code[position] for code in CODES)
    expected = len(CODES) / 10
    assert sum((counts[digit] - expected) ** 2 / expected for digit in string.digits) < 33.7


def test_codes_hardly_repeat() -> None:
    # 20,000 draws from a million give some 198 repetitions.
    assert 140 < len(CODES) - len(set(CODES)) < 260


def test_key_and_nonce_both_change_the_code() -> None:
    assert len({code_of(key, nonce) for key in ("k1", "k2") for nonce in ("n1", "n2")}) == 4


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "012-345", "０１２３４５", "012345\r\n"])
def test_a_code_is_read_however_it_is_grouped(typed: str) -> None:
    assert clean(typed) == "012345"


@pytest.mark.parametrize("typed", ["", "12345", "0123456", "O12345", "01234x", "+12345", "٠١٢٣٤٥", "9" * 65536])
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeFormat) as refused:
        clean(typed)
    assert text_of(refused.value)


def test_only_the_very_code_matches() -> None:
    code = code_of(KEY, "nonce")
    wrong = [code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :] for place in range(6)]
    assert matches(KEY, "nonce", code)
    assert not any(matches(KEY, "nonce", typed) for typed in wrong)
    assert not matches(KEY, "another nonce", code)
    assert not matches("another key", "nonce", code)
