from datetime import date

import pytest

from turnero.booking.documents.offer_text import left, rest_days, weeks, why_none
from turnero.booking.seats.offers import ClosedDay, DayOffer, NoPlace

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        (DayOffer(MONDAY, 1, 1, 0), "Queda 1 turno, solo en la mañana"),
        (DayOffer(MONDAY, 14, 7, 7), "Quedan 14 turnos"),
        (DayOffer(MONDAY, 8, 0, 8), "Quedan 8 turnos, solo en la tarde"),
        (DayOffer(MONDAY, 20, 10, 10), "Muchos turnos"),
    ],
)
def test_the_places_left_of_a_day_are_shown_in_words(offer, said):
    assert left(offer) == said


@pytest.mark.parametrize(
    ("none", "said"),
    [
        (
            NoPlace("full", until=date(2026, 12, 9)),
            "Todo está tomado hasta el martes 8 de diciembre. Cada día se abre uno más.",
        ),
        (NoPlace("full"), "Todo está tomado. Cada día se abre uno más."),
        (
            NoPlace("closed", until=date(2026, 12, 9), reason="Remodelación"),
            "No atiende en estos días por un cierre: Remodelación. Vuelve a atender el miércoles 9 de diciembre.",
        ),
        (NoPlace("holiday", reason="Navidad"), "No atiende en estos días por feriado: Navidad."),
        (
            NoPlace("not_open_yet", until=date(2027, 1, 4)),
            "Todavía no abre turnos: atiende desde el lunes 4 de enero.",
        ),
        (NoPlace("no_hours"), "Por ahora no tiene horario de atención."),
    ],
)
def test_each_cause_of_having_no_place_has_its_own_sentence(none, said):
    assert why_none(none) == said


def test_several_rest_days_of_one_cause_are_one_sentence():
    days = (date(2026, 12, 24), date(2026, 12, 25))
    assert rest_days(days, "holiday", "Navidad") == (
        "El jueves 24 de diciembre y el viernes 25 de diciembre no se atiende por feriado: Navidad."
    )
    assert rest_days(days[:1], "closure", "") == "El jueves 24 de diciembre no se atiende por un cierre."


def test_days_come_by_week_and_rest_days_stand_in_theirs():
    tuesday, monday_after = DayOffer(date(2026, 11, 24), 3, 3, 0), DayOffer(date(2026, 11, 30), 3, 3, 0)
    closed = ClosedDay(date(2026, 12, 7), "holiday", "Fundación de Quito")
    this, following, last = weeks((tuesday, monday_after), (closed,), today=MONDAY)
    assert (this.title, this.days, this.rests) == ("Esta semana", (tuesday,), ())
    assert (following.title, following.days) == ("Semana del 30 de noviembre", (monday_after,))
    assert (last.title, last.days) == ("Semana del 7 de diciembre", ())
    assert last.rests == ("El lunes 7 de diciembre no se atiende por feriado: Fundación de Quito.",)
