"""``turnero holidays`` and ``turnero deadline``: output and errors."""

from datetime import date, datetime

import pytest
from click import Command
from click.testing import CliRunner
from flask import Flask

from turnero.agencies.commands import deadline_command, holidays_command
from turnero.agencies.models import Closure, LocalHoliday, Province
from turnero.core.extensions import db

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture(autouse=True)
def places(app: Flask) -> None:
    """Quito's day confirmed, one of Pichincha not; a decree that is not recovered, in the whole country."""
    db.session.add_all(
        [
            Province(code="17", name="Pichincha", capital="Quito", zone="America/Guayaquil"),
            Province(code="01", name="Azuay", capital="Cuenca", zone="America/Guayaquil"),
        ]
    )
    db.session.flush()
    quito, may = date(2026, 12, 6), date(2026, 5, 27)
    db.session.add_all(
        [
            LocalHoliday(day=quito, name="Fundación de Quito", province_code="17", canton="Quito", confirmed=True),
            LocalHoliday(day=may, name="Provincialización", province_code="17", canton=""),
            Closure(
                kind="decree",
                scope="national",
                starts=datetime(2026, 1, 2),
                ends=datetime(2026, 1, 3),
                name="Decreto 249",
            ),
        ]
    )
    db.session.commit()


def test_two_spellings_of_a_canton_are_one_place() -> None:
    db.session.add(LocalHoliday(day=date(2026, 8, 10), name="Otro", province_code="17", canton="quito", confirmed=True))
    db.session.commit()
    code, lines = run(holidays_command, "2026", "--canton", "Quito", "--province", "17")
    assert code == 0
    assert "2026-12-07 Fundación de Quito" in lines


def run(command: Command, *arguments: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(command, arguments)
    return result.exit_code, result.stdout.splitlines()


def refusal(command: Command, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def test_without_a_place_holidays_are_the_national_ones() -> None:
    code, lines = run(holidays_command, "2027")
    assert code == 0
    assert len(lines) == 12
    assert (lines[0], lines[-1]) == ("2027-01-01 Año Nuevo", "2027-12-31 Año Nuevo")


def test_decrees_are_not_rest_days_of_the_rule() -> None:
    assert not [line for line in run(holidays_command, "2026")[1] if line.startswith("2026-01-02")]


def test_a_canton_rests_on_its_own_days_and_its_provinces() -> None:
    code, lines = run(holidays_command, "2026", "--canton", "quito")
    assert code == 0
    assert len(lines) == 13
    assert lines == sorted(lines)
    assert "2026-12-07 Fundación de Quito" in lines
    assert "2026-05-29 Provincialización (por confirmar)" in lines


def test_a_canton_may_be_named_with_its_province() -> None:
    both, canton = ("--province", "17", "--canton", "Quito"), ("--canton", "Quito")
    assert run(holidays_command, "2026", *both) == run(holidays_command, "2026", *canton)


def test_a_province_alone_has_only_its_own_days() -> None:
    lines = run(holidays_command, "2026", "--province", "17")[1]
    assert "2026-05-29 Provincialización (por confirmar)" in lines
    assert len(lines) == 12


def test_local_holidays_belong_to_the_year_they_were_loaded_for() -> None:
    assert run(holidays_command, "2027", "--province", "17", "--canton", "Quito") == run(holidays_command, "2027")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("dosmil",), "AÑO debe ser"),
        (("2016",), "AÑO debe ser"),  # the rule is younger
        (("2026", "--province", "99"), "código 99"),
        (("2026", "--canton", "Nada"), "cantón Nada"),
        (("2026", "--province", "01", "--canton", "Quito"), "no está en la provincia 01"),
    ],
)
def test_usage_errors_of_holidays_are_in_spanish(arguments: tuple[str, ...], hint: str) -> None:
    assert hint in refusal(holidays_command, *arguments)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("2026-02-11", "--days", "8"), "2026-02-25"),
        (("2026-11-23", "--days", "8"), "2026-12-03"),
        (("2026-11-30", "--days", "8"), "2026-12-10"),
        (("2026-11-30", "--days", "8", "--canton", "Quito"), "2026-12-11"),
        (("2026-11-30", "--days", "8", "--province", "01", "--canton", "Quito"), "2026-12-11"),
        (("2026-11-30", "--days", "8", "--province", "17", "--province", "01"), "2026-12-10"),
        (("2027-08-04", "--days", "8"), "2027-08-17"),
        (("2025-12-31", "--days", "1"), "2026-01-05"),  # over the decree
        (("2026-05-27", "--days", "2", "--province", "17"), "2026-05-29"),  # not confirmed: worked
    ],
)
def test_deadline_prints_only_the_last_day(arguments: tuple[str, ...], expected: str) -> None:
    assert run(deadline_command, *arguments) == (0, [expected])


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("11/02/2026", "--days", "8"), "DATE debe ser una fecha"),
        (("2026-02-30", "--days", "8"), "DATE debe ser una fecha"),
        (("1999-01-01", "--days", "8"), "DATE debe estar"),
        (("2026-02-11", "--days", "0"), "--days debe ser"),
        (("2026-02-11", "--days", "-3"), "--days debe ser"),
        (("2026-02-11", "--days", "8", "--province", "99"), "código 99"),
        (("2026-02-11", "--days", "8", "--canton", "Nada"), "cantón Nada"),
    ],
)
def test_usage_errors_of_deadline_are_in_spanish(arguments: tuple[str, ...], hint: str) -> None:
    assert hint in refusal(deadline_command, *arguments)
