"""The law's moving rule, against published lists, press of the years it was applied, and its own properties."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import holidays as package
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.agencies.calendar.holidays import CivicDay, RestDay, easter, local, national, rest_days

PUBLISHED = Path(__file__).with_name("rest_days_2026_2028.csv")
YEARS = st.integers(min_value=2017, max_value=2300)


def days(year: int) -> set[date]:
    return {rest.day for rest in national(year)}


def test_the_national_days_of_2026_to_2028_are_the_published_ones() -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        published = [(row["fecha"], row["nombre"]) for row in csv.DictReader(file)]
    assert [(r.day.isoformat(), r.name) for year in (2026, 2027, 2028) for r in national(year)] == published


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (1961, "1961-04-02"),
        (2000, "2000-04-23"),
        (2008, "2008-03-23"),
        (2019, "2019-04-21"),
        (2024, "2024-03-31"),
        (2038, "2038-04-25"),  # the latest there is
        (2285, "2285-03-22"),  # the earliest there is
    ],
)
def test_easter(year: int, sunday: str) -> None:
    assert easter(year) == date.fromisoformat(sunday)


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        ("2017-01-02", "Año Nuevo"),  # a Sunday
        ("2021-12-24", "Navidad"),  # a Saturday
        ("2021-12-31", "Año Nuevo"),  # 2022-01-01, a Saturday
        ("2024-12-25", "Navidad"),  # a Wednesday stays
        ("2019-01-01", "Año Nuevo"),  # a Tuesday stays
        ("2026-01-01", "Año Nuevo"),  # a Thursday stays
        ("2018-10-08", "Independencia de Guayaquil"),  # a Tuesday goes to Monday
        ("2017-05-26", "Batalla de Pichincha"),  # a Wednesday goes to Friday
        ("2017-08-11", "Primer Grito de Independencia"),  # a Thursday goes to Friday
        ("2021-04-30", "Día del Trabajo"),  # a Saturday goes to Friday
        ("2022-05-02", "Día del Trabajo"),  # a Sunday goes to Monday
        ("2024-02-12", "Carnaval"),
        ("2024-02-13", "Carnaval"),  # its Tuesday stays
    ],
)
def test_a_single_national_day_rests_where_it_did(rest: str, name: str) -> None:
    day = date.fromisoformat(rest)
    assert RestDay(day, name) in national(day.year)


@pytest.mark.parametrize(
    ("year", "souls", "cuenca"),
    [
        (2020, 2, 3),  # Monday, Tuesday: both stay
        (2021, 2, 1),  # Tuesday, Wednesday: Wednesday's goes to Monday
        (2022, 4, 3),  # Wednesday, Thursday: Wednesday's goes to Friday
        (2023, 2, 3),  # Thursday, Friday: both stay
        (2018, 2, 1),  # Friday, Saturday: Saturday's goes to Thursday
        (2024, 1, 4),  # Saturday, Sunday: Friday and Monday
        (2025, 4, 3),  # Sunday, Monday: Sunday's goes to Tuesday
    ],
)
def test_the_november_pair_rests_together(year: int, souls: int, cuenca: int) -> None:
    november = [rest for rest in national(year) if rest.day.month == 11]
    expected = [
        RestDay(date(year, 11, souls), "Día de Difuntos"),
        RestDay(date(year, 11, cuenca), "Independencia de Cuenca"),
    ]
    assert november == sorted(expected)


@pytest.mark.parametrize("worked", ["2027-08-10", "2027-11-03", "2028-05-24", "2029-05-01", "2022-01-01"])
def test_the_rest_is_moved_and_not_doubled(worked: str) -> None:
    day = date.fromisoformat(worked)
    assert day not in days(day.year)


@given(YEARS)
def test_every_rest_takes_a_weekday_of_its_own(year: int) -> None:
    rests = [rest.day for rest in national(year)]
    assert rests == sorted(set(rests))
    assert all(day.weekday() < 5 and day.year == year for day in rests)


@given(YEARS)
def test_each_civic_year_has_its_eleven_rests(year: int) -> None:
    names = Counter(rest.name for rest in national(year))
    at_new_year = names.pop("Año Nuevo", 0)
    # Only New Year's Day changes years: its rest comes on 31 December when it falls on a Saturday.
    this_year, next_year = (date(y, 1, 1).weekday() == 5 for y in (year, year + 1))
    assert at_new_year == (not this_year) + next_year
    assert names.pop("Carnaval") == 2
    assert len(names) == 8
    assert set(names.values()) == {1}


@pytest.mark.parametrize("year", range(2017, 2051))
def test_the_package_closes_our_days_too_except_one_thursday_it_forgets(year: int) -> None:
    # The package keeps civic dates beside the moved ones, so only this direction can hold. It leaves
    # Friday 2 and Saturday 3 November where they are; the law moves Saturday's to Thursday (as in 2018).
    forgotten = {date(year, 11, 1)} if date(year, 11, 2).weekday() == 4 else set()
    # A New Year's rest within this year belongs to the package's next year.
    theirs = set(package.country_holidays("EC", years=[year, year + 1]))
    assert days(year) - theirs == forgotten


def _alone(civic: str) -> list[str]:
    day = date.fromisoformat(civic)
    return [rest.day.isoformat() for rest in local([CivicDay(day, "Fiesta")], day.year)]


@pytest.mark.parametrize(
    ("month", "day", "in_2026", "in_2027"),
    [
        (4, 12, "04-13", "04-12"),  # Cuenca
        (11, 10, "11-09", "11-12"),  # Guaranda
        (4, 16, "04-17", "04-16"),  # Azogues
        (11, 4, "11-06", "11-05"),  # Azogues, right after the November pair
        (11, 19, "11-20", "11-19"),  # Carchi
        (4, 1, "04-03", "04-02"),  # Cotopaxi: 2026 on Good Friday
        (11, 11, "11-13", "11-12"),  # Latacunga
        (4, 21, "04-20", "04-23"),  # Riobamba
        (4, 23, "04-24", "04-23"),  # El Oro
        (6, 25, "06-26", "06-25"),  # Machala, Imbabura, Manabí
        (8, 5, "08-07", "08-06"),  # Esmeraldas
        (11, 20, "11-20", "11-19"),  # Esmeraldas
        (7, 25, "07-24", "07-26"),  # Guayaquil
        (9, 28, "09-28", "09-27"),  # Ibarra
        (11, 18, "11-20", "11-19"),  # Loja
        (12, 8, "12-07", "12-10"),  # Loja
        (5, 27, "05-29", "05-28"),  # Babahoyo
        (10, 6, "10-05", "10-08"),  # Los Ríos, Zamora: 2027 on Guayaquil's rest
        (3, 12, "03-13", "03-12"),  # Portoviejo
        (10, 18, "10-19", "10-18"),  # Portoviejo
        (5, 29, "05-29", "05-28"),  # Macas
        (11, 15, "11-16", "11-15"),  # Tena
        (2, 12, "02-13", "02-12"),  # Napo
        (5, 12, "05-11", "05-14"),  # Puyo
        (12, 6, "12-07", "12-06"),  # Quito
        (11, 12, "11-13", "11-12"),  # Ambato
        (2, 18, "02-20", "02-19"),  # Galápagos
        (2, 13, "02-13", "02-12"),  # Sucumbíos
        (5, 5, "05-04", "05-07"),  # Nueva Loja
        (7, 30, "07-31", "07-30"),  # Orellana
        (4, 20, "04-20", "04-19"),  # Francisco de Orellana
        (11, 6, "11-06", "11-05"),  # Santo Domingo
        (7, 3, "07-03", "07-02"),  # Santo Domingo
        (11, 7, "11-06", "11-08"),  # Santa Elena
        (1, 22, "01-23", "01-22"),  # Santa Elena
    ],
)
def test_local_holidays_move_as_the_national_ones(month: int, day: int, in_2026: str, in_2027: str) -> None:
    assert _alone(f"2026-{month:02}-{day:02}") == [f"2026-{in_2026}"]
    assert _alone(f"2027-{month:02}-{day:02}") == [f"2027-{in_2027}"]


@pytest.mark.parametrize(
    ("civic", "rest"),
    [
        ("2028-05-25", "2028-05-25"),  # Thursday after Wednesday 24 May, which rests on Friday: Thursday stays
        ("2027-10-08", "2027-10-07"),  # Friday before Saturday 9 October, which takes Friday: Thursday
        ("2026-05-25", "2026-05-26"),  # Monday after Sunday 24 May, which takes Monday: Tuesday
        ("2027-08-11", "2027-08-10"),  # Wednesday after Tuesday 10 August, which takes Monday: Tuesday
        ("2027-05-23", "2027-05-25"),  # Sunday before Monday 24 May, which stays: Tuesday
        ("2030-11-04", "2030-11-05"),  # Monday after the pair on Saturday and Sunday: Tuesday
        ("2026-12-31", "2026-12-31"),  # Thursday before New Year's Friday: both stay
        ("2026-08-11", "2026-08-11"),  # Tuesday after Monday 10 August: both stay
        ("2024-12-26", "2024-12-27"),  # Christmas stays on Wednesday, so there is no pair to join
        ("2025-05-24", "2025-05-23"),  # on the national day itself: rests with it
    ],
)
def test_a_local_holiday_beside_a_national_one_takes_the_day_it_leaves_over(civic: str, rest: str) -> None:
    assert _alone(civic) == [rest]


@pytest.mark.parametrize(
    ("civic", "rest"),
    [
        ("2027-10-06", "2027-10-08"),  # Wednesday goes to Friday, where 9 October rests
        ("2028-11-04", "2028-11-03"),  # Saturday after the pair on Thursday and Friday
        ("2031-11-04", "2031-11-03"),  # Tuesday after the pair on Monday and Tuesday
    ],
)
def test_a_local_holiday_sent_to_a_national_rest_day_shares_it(civic: str, rest: str) -> None:
    day = date.fromisoformat(rest)
    assert _alone(civic) == [rest]
    assert [r.day for r in rest_days(day.year, [CivicDay(date.fromisoformat(civic), "Fiesta")])].count(day) == 2


@pytest.mark.parametrize(
    ("first", "rests"),
    [
        ("2026-06-15", ["06-15 A", "06-16 B"]),  # Monday, Tuesday
        ("2026-06-16", ["06-15 B", "06-16 A"]),  # Tuesday, Wednesday
        ("2026-06-17", ["06-18 B", "06-19 A"]),  # Wednesday, Thursday
        ("2026-06-18", ["06-18 A", "06-19 B"]),  # Thursday, Friday
        ("2026-06-19", ["06-18 B", "06-19 A"]),  # Friday, Saturday
        ("2026-06-20", ["06-19 A", "06-22 B"]),  # Saturday, Sunday
        ("2026-06-21", ["06-22 B", "06-23 A"]),  # Sunday, Monday
    ],
)
def test_two_local_holidays_in_a_row_rest_as_the_law_pairs_them(first: str, rests: list[str]) -> None:
    day = date.fromisoformat(first)
    pair = [CivicDay(day, "A"), CivicDay(day + timedelta(days=1), "B")]
    assert [f"{rest.day:%m-%d} {rest.name}" for rest in local(pair, 2026)] == rests


def test_an_unconfirmed_holiday_does_not_move_a_confirmed_one() -> None:
    tuesday, wednesday = date(2026, 6, 16), date(2026, 6, 17)
    laid = local([CivicDay(tuesday, "Por ver", confirmed=False), CivicDay(wednesday, "Cierta")], 2026)
    assert RestDay(date(2026, 6, 19), "Cierta") in laid
    assert RestDay(date(2026, 6, 15), "Por ver", confirmed=False) in laid


def test_a_cantonal_holiday_does_not_move_that_of_its_province() -> None:
    tuesday, wednesday = date(2026, 6, 16), date(2026, 6, 17)
    province, canton = CivicDay(tuesday, "Provincia"), CivicDay(wednesday, "Cantón", canton="Quito")
    assert local([canton, province], 2026) == (RestDay(date(2026, 6, 15), "Provincia"), RestDay(tuesday, "Cantón"))


def test_a_local_rest_belongs_to_the_year_it_falls_in() -> None:
    new_years_eve_after = [CivicDay(date(2028, 1, 2), "Fiesta")]  # Sunday beside a Saturday
    assert local(new_years_eve_after, 2027) == ()
    assert local(new_years_eve_after, 2028) == (RestDay(date(2028, 1, 3), "Fiesta"),)
    assert [rest.name for rest in rest_days(2028, new_years_eve_after)][:2] == ["Fiesta", "Carnaval"]


@given(
    st.integers(min_value=2017, max_value=2100),
    st.sets(st.integers(min_value=0, max_value=364), max_size=8),
    st.sets(st.integers(min_value=0, max_value=364), max_size=8),
)
def test_local_holidays_rest_on_weekdays_near_their_date_and_none_is_lost(
    year: int, confirmed: set[int], cantonal: set[int]
) -> None:
    start = date(year, 1, 1)
    civic = [CivicDay(start + timedelta(days=n), str(n)) for n in confirmed]
    civic += [CivicDay(start + timedelta(days=n), f"{n}c", canton="Quito") for n in cantonal - confirmed]
    laid = {rest.name: rest.day for near in (year - 1, year, year + 1) for rest in local(civic, near)}
    assert laid.keys() == {holiday.name for holiday in civic}
    for holiday in civic:
        assert laid[holiday.name].weekday() < 5
        assert abs(laid[holiday.name] - holiday.day) <= timedelta(days=2)
