"""Command line of the calendar: ``turnero holidays`` and ``turnero deadline``. Both need the application's context."""

import re
from datetime import date

import click

from turnero.agencies import queries
from turnero.agencies.calendar.deadline import last_day
from turnero.agencies.calendar.holidays import FIRST_YEAR, national, rest_days
from turnero.agencies.localities import Locality, civic_days, find_canton, legal_rest
from turnero.core.errors import TurneroError
from turnero.core.messages import text_of

_LAST_YEAR = 2999
_MAX_TERM = 1000


@click.command("holidays")
@click.argument("year", metavar="AÑO")
@click.option("--province", metavar="CODE", help="Código de la provincia, de 01 a 24.")
@click.option("--canton", metavar="NAME", help="Cantón; sus días y los de su provincia.")
def holidays_command(year: str, province: str | None, canton: str | None) -> None:
    """Muestra los días de descanso del AÑO, ya trasladados como manda la ley.

    Sin lugar, los nacionales. Los locales que aún no se confirman terminan en «(por confirmar)».
    """
    asked = _whole(year, "AÑO", FIRST_YEAR, _LAST_YEAR)
    places = _places((province,) if province else (), (canton,) if canton else ())
    if province and canton and {place.province_code for place in places} != {province}:
        raise click.UsageError(f"El cantón {canton} no está en la provincia {province}.")
    if not places:
        rests = national(asked)
    else:
        place = places[-1]  # a canton rests on its province's days too
        civic = civic_days([place], date(asked, 1, 1), date(asked, 12, 31))[place]
        rests = rest_days(asked, civic)
    for rest in rests:
        click.echo(f"{rest.day.isoformat()} {rest.name}{'' if rest.confirmed else ' (por confirmar)'}")


@click.command("deadline")
@click.argument("notified", metavar="DATE")
@click.option("--days", metavar="N", required=True, help="Días laborables del término.")
@click.option("--province", "provinces", metavar="CODE", multiple=True, help="Provincia; se puede repetir.")
@click.option("--canton", "cantons", metavar="NAME", multiple=True, help="Cantón; se puede repetir.")
def deadline_command(notified: str, days: str, provinces: tuple[str, ...], cantons: tuple[str, ...]) -> None:
    """Muestra el último día de un término de N días laborables desde la notificación (DATE, AAAA-MM-DD).

    Descuenta sábados, domingos, feriados confirmados y decretos no recuperables, los nacionales y los de
    cada lugar que se indique. Es una estimación, no un aviso legal.
    """
    start = _date(notified)
    term = _whole(days, "--days", 1, _MAX_TERM)
    click.echo(last_day(start, term, legal_rest(_places(provinces, cantons))).isoformat())


def _places(provinces: tuple[str, ...], cantons: tuple[str, ...]) -> list[Locality]:
    try:
        whole = [Locality(queries.province(code).code) for code in provinces]
        return whole + [find_canton(name, provinces) for name in cantons]
    except TurneroError as error:
        raise click.UsageError(text_of(error)) from error


def _whole(value: str, name: str, least: int, most: int) -> int:
    digits = re.fullmatch(r"[0-9]{1,4}", value)
    if not (digits and least <= int(value) <= most):
        raise click.UsageError(f"{name} debe ser un número entero entre {least} y {most}.")
    return int(value)


def _date(value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise click.UsageError("DATE debe ser una fecha como 2026-11-23.") from None
    if not FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise click.UsageError(f"DATE debe estar entre los años {FIRST_YEAR} y {_LAST_YEAR}.")
    return day
