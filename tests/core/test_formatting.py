"""Days, hours and numbers in words."""

from datetime import date, datetime, timedelta

import pytest

from turnero.core import formatting
from turnero.core.interval import Interval

MONDAY = date(2026, 11, 23)
OFFICE = (Interval(480, 1020),)
CLOSED = ()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 24), "martes 24 de noviembre de 2026"),
        (date(2027, 1, 1), "viernes 1 de enero de 2027"),
        (date(2026, 9, 5), "sábado 5 de septiembre de 2026"),
    ],
)
def test_a_day_is_written_with_its_weekday_and_in_full(day, words):
    assert formatting.long_date(day) == words


@pytest.mark.parametrize(("minute", "words"), [(0, "00:00"), (570, "09:30"), (1439, "23:59")])
def test_an_hour_is_a_clock_of_24_hours(minute, words):
    assert formatting.clock_time(minute) == words


def test_a_wall_time_is_its_clock():
    assert formatting.time_of(datetime(2026, 11, 23, 9, 5, 59)) == "09:05"
    assert formatting.moment(datetime(2026, 11, 23, 9, 5, 59)) == "lunes 23 de noviembre de 2026, 09:05"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59, "menos de un minuto"),
        (60, "1 minuto"),
        (559, "9 minutos"),
        (3600, "1 hora"),
        (86399, "23 horas"),
        (172800, "2 días"),
    ],
)
def test_a_duration_is_shown_in_its_largest_unit(seconds, words):
    assert formatting.duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (MONDAY, "hoy, lunes 23 de noviembre"),
        (date(2026, 11, 24), "mañana, martes 24 de noviembre"),
        (date(2026, 11, 25), "miércoles 25 de noviembre"),
    ],
)
def test_a_near_day_says_how_near_it_is(day, words):
    assert formatting.relative_day(day, MONDAY) == words


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (MONDAY, "Esta semana"),
        (date(2026, 11, 29), "Esta semana"),
        (date(2026, 11, 30), "Semana del 30 de noviembre"),
        (date(2026, 12, 6), "Semana del 30 de noviembre"),
    ],
)
def test_a_week_is_named_by_its_monday(day, title):
    assert formatting.week_title(day, date(2026, 11, 25)) == title


@pytest.mark.parametrize(("day", "word"), [(MONDAY, "lun"), (date(2026, 11, 25), "mié"), (date(2026, 11, 28), "sáb")])
def test_the_calendar_stub_has_three_letters(day, word):
    assert formatting.short_weekday(day) == word


@pytest.mark.parametrize(
    ("free", "words"),
    [(1, "Queda 1 turno"), (2, "Quedan 2 turnos"), (19, "Quedan 19 turnos"), (20, "Muchos turnos")],
)
def test_places_left_are_counted_up_to_twenty(free, words):
    assert formatting.places_left(free) == words


@pytest.mark.parametrize(
    ("morning", "afternoon", "words"),
    [(1, 1, "mañana y tarde"), (3, 0, "solo en la mañana"), (0, 2, "solo en la tarde")],
)
def test_the_half_of_the_day_is_shown(morning, afternoon, words):
    assert formatting.day_parts(morning, afternoon) == words


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a"], "a"),
        (["a", "b"], "a y b"),
        (["a", "b", "c"], "a, b y c"),
        (["padre", "hijo"], "padre e hijo"),
        (["norte", "Ibarra"], "norte e Ibarra"),
        (["agua", "hielo"], "agua y hielo"),
    ],
)
def test_a_list_ends_as_spanish_ends_it(words, sentence):
    assert formatting.listed(words) == sentence


@pytest.mark.parametrize(
    ("week", "lines"),
    [
        # the usual office
        ([OFFICE] * 5 + [CLOSED] * 2, ["lunes a viernes, de 08:00 a 17:00"]),
        # a lunch pause
        (
            [(Interval(480, 720), Interval(780, 1020))] * 2 + [CLOSED] * 5,
            ["lunes y martes, de 08:00 a 12:00 y de 13:00 a 17:00"],
        ),
        # a mall point with a shorter Sunday
        (
            [(Interval(600, 1140),)] * 6 + [(Interval(600, 840),)],
            ["lunes a sábado, de 10:00 a 19:00", "domingo, de 10:00 a 14:00"],
        ),
        # the same hours on days that do not touch are two lines
        (
            [OFFICE, CLOSED, OFFICE, CLOSED, CLOSED, CLOSED, CLOSED],
            ["lunes, de 08:00 a 17:00", "miércoles, de 08:00 a 17:00"],
        ),
        ([CLOSED] * 7, []),
    ],
)
def test_equal_days_of_a_week_share_a_line(week, lines):
    assert formatting.hours_of_week(week) == lines


def test_only_galapagos_has_a_zone_note():
    assert formatting.zone_note("Pacific/Galapagos") == "hora de Galápagos"
    assert formatting.zone_note("America/Guayaquil") == ""
