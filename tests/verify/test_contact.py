"""E-mail addresses and mobiles as people type them, and the domains they misspell."""

import pytest

from turnero.core.errors import TurneroError
from turnero.core.messages import text_of
from turnero.verify.contact import (
    Contact,
    EmailInvalid,
    EmailMissing,
    MobileInvalid,
    MobileMissing,
    display_mobile,
    mailbox_key,
    masked_email,
    parse_contact,
    parse_email,
    parse_mobile,
)
from turnero.verify.email_domain import distance, suggest_domain


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("ana.demo@example.ec", "ana.demo@example.ec"),
        ("  ana@example.ec\n", "ana@example.ec"),
        ("ana @example.ec", "ana@example.ec"),
        ("ana\0@example.ec", "ana@example.ec"),
        ("Ana@Example.EC", "Ana@example.ec"),  # the part before @ is the other server's business
        ("ana+turno@gmail.com", "ana+turno@gmail.com"),
        ("ana@peña.ec", "ana@xn--pea-8ma.ec"),
        ("a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 58 + ".ec", None),  # 254 characters
    ],
)
def test_an_email_is_stored_in_ascii_without_the_spaces_around_it(typed: str, email: str | None) -> None:
    assert parse_email(typed) == (email or typed)


@pytest.mark.parametrize(
    "typed",
    [
        "ana",
        "ana@",
        "ana@example",  # no ending
        "ana@@example.ec",
        "ana@example.ec, luis@example.ec",
        '"ana demo"@example.ec',
        "ana@[127.0.0.1]",
        "ana@localhost",
        "josé@example.ec",  # our mail goes out in ASCII
        "ana@example.ec\r\nBcc: luis@example.ec",
        "a" * 65 + "@example.ec",
        "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 59 + ".ec",  # 255 characters
    ],
)
def test_what_no_mail_can_reach_is_not_an_email(typed: str) -> None:
    with pytest.raises(EmailInvalid) as refused:
        parse_email(typed)
    assert text_of(refused.value)


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Ana.Demo@Example.EC", "ana.demo@example.ec"),
        ("ana+turno+dos@example.ec", "ana@example.ec"),
        ("A.n.a+x@gmail.com", "ana@gmail.com"),
        ("a.na@googlemail.com", "ana@gmail.com"),
        ("+ana@example.ec", "+ana@example.ec"),  # nothing would be left
    ],
)
def test_all_spellings_of_a_mailbox_have_one_key(email: str, mailbox: str) -> None:
    assert mailbox_key(email) == mailbox


@pytest.mark.parametrize(
    "typed",
    [
        "0991234567",
        "991234567",
        "099 123 4567",
        "099-123-4567",
        "(099) 123.4567",
        "+593 99 123 4567",
        "+593 (0)99 123 4567",
        "593991234567",
        "00593 99 1234567",
        "０９９１２３４５６７",
        "＋５９３９９１２３４５６７",
        " \u202a099 123 4567\u202c ",
    ],
)
def test_a_mobile_is_stored_as_e164_however_it_is_typed(typed: str) -> None:
    assert parse_mobile(typed) == "+593991234567"


@pytest.mark.parametrize(
    "typed",
    [
        "02 212 3456",  # a house in Quito
        "1800 123 456",
        "0912345678",  # no operator has this range
        "099123456",
        "09912345678",
        "+1 415 555 2671",
        "+57 300 1234567",  # a mobile, of Colombia
        "099-CLARO-55",
        "0991234567 ext 5",
        "0991234567,0981234567",
        "abc",
        "+",
        "9" * 300,
    ],
)
def test_what_is_not_an_ecuadorian_mobile_is_refused(typed: str) -> None:
    with pytest.raises(MobileInvalid) as refused:
        parse_mobile(typed)
    assert text_of(refused.value)


def test_empty_fields_ask_for_the_value_instead_of_calling_it_wrong() -> None:
    with pytest.raises(EmailMissing):
        parse_email("  ")
    with pytest.raises(MobileMissing):
        parse_mobile(" - ")


def test_a_contact_holds_what_we_write_to_and_what_limits_compare() -> None:
    contact = parse_contact(" A.na+x@gmail.com ", "099 123 4567")
    assert contact == Contact("A.na+x@gmail.com", "ana@gmail.com", "+593991234567")


@pytest.mark.parametrize(("email", "error"), [("ana", EmailInvalid), ("ana@example.ec", MobileInvalid)])
def test_a_contact_with_a_wrong_field_raises_that_fields_error(email: str, error: type[TurneroError]) -> None:
    with pytest.raises(error):
        parse_contact(email, "12")


def test_a_mobile_is_shown_as_people_write_it() -> None:
    assert display_mobile("+593991234567") == "099 123 4567"


def test_logs_show_only_the_first_letter_of_a_mailbox() -> None:
    assert masked_email("ana.demo@example.ec") == "a***@example.ec"


SLIPS = {
    "gmail.com": "gmial.com gamil.com gmai.com gmal.com gmil.com gnail.com gmaill.com hmail.com gmail.con gmail.co "
    "gmail.cm gmail.om gmail.comm gmail.ocm gmal.con gamial.com gmail.es gmail.ec gmail.com.ec GMIAL.COM",
    "hotmail.com": "hotmial.com hotmai.com hotmil.com homail.com hotnail.com htomail.com hotmail.co hotmal.con",
    "hotmail.es": "hotmial.es hotmail.e hotmail.ess hotmail.ec",
    "outlook.com": "outlok.com outloo.com oulook.com outlock.com otlook.com outloock.com outlook.con",
    "yahoo.com": "yaho.com yhaoo.com yahho.com yahooo.com yahoo.co",
    "yahoo.es": "yaho.es yahoo.e",
    "icloud.com": "iclud.com icloud.co icoud.com icloud.es",
}


@pytest.mark.parametrize(("typed", "meant"), [(typed, meant) for meant, row in SLIPS.items() for typed in row.split()])
def test_a_misspelt_domain_is_questioned(typed: str, meant: str) -> None:
    assert suggest_domain(f"ana@{typed}") == meant


@pytest.mark.parametrize(
    "domain",
    [
        *SLIPS,  # exact ones
        *("mail.com", "email.com", "ymail.com", "gmx.com", "aol.com", "live.com", "msn.com", "me.com", "proton.me"),
        *("googlemail.com", "rocketmail.com", "small.com"),
        *("hotmail.fr", "hotmail.se", "hotmail.co.uk", "outlook.cl", "outlook.de", "yahoo.fr", "yahoo.com.mx"),
        *("iess.gob.ec", "espe.edu.ec", "uce.edu.ec", "puce.edu.ec", "andinanet.net", "example.ec", "empresa.com"),
    ],
)
def test_a_domain_that_may_well_be_meant_is_never_questioned(domain: str) -> None:
    assert suggest_domain(f"ana@{domain}") is None


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("gmail", "gmail", 0),
        ("gmial", "gmail", 1),  # neighbours swapped
        ("gmal", "gmail", 1),
        ("gmaiil", "gmail", 1),
        ("gnail", "gmail", 1),
        ("ab", "ba", 1),
        ("ca", "abc", 3),  # a swapped pair is not edited again
        ("hotmail", "gmail", 3),
    ],
)
def test_distance_counts_the_slips_between_two_words_both_ways(one: str, other: str, edits: int) -> None:
    assert distance(one, other) == distance(other, one) == edits
