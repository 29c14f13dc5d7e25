from datetime import UTC, date, datetime, timedelta

import pytest

from turnero.attention.kiosk.recognition import Known, Result, recognise, recognise_by_cedula

TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)
NINE = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
TOLERANCE = timedelta(minutes=10)


def turn(status="confirmed", *, here=True, day=TODAY):
    return Known(status, here, day, NINE)


@pytest.mark.parametrize(
    ("known", "minutes", "result", "by_cedula"),
    [
        (turn(), -61, "temprano", "temprano"),
        (turn(), -60, "confirmado", "confirmado"),
        (turn(), 10, "confirmado", "confirmado"),
        (turn(), 11, "tarde", "tarde"),
        (turn("arrived"), -61, "confirmado", "confirmado"),
        (turn("arrived"), 90, "confirmado", "confirmado"),
        (turn("called"), 90, "confirmado", "confirmado"),
        (turn(day=TOMORROW), 0, "otro-dia", "no-reconocido"),
        (turn(here=False), 0, "otra-agencia", "no-reconocido"),
        (turn(here=False, day=TOMORROW), 0, "otra-agencia", "no-reconocido"),
        (turn("displaced"), 0, "desplazado", "no-reconocido"),
        (turn("displaced", here=False), 0, "desplazado", "no-reconocido"),
        (turn("attended"), 0, "no-reconocido", "no-reconocido"),
        (turn("no_show"), 0, "no-reconocido", "no-reconocido"),
        (turn("cancelled"), 0, "no-reconocido", "no-reconocido"),
        (turn("held"), 0, "no-reconocido", "no-reconocido"),
        (None, 0, "no-reconocido", "no-reconocido"),
    ],
)
def test_what_a_kiosk_says(known, minutes, result, by_cedula):
    now = NINE + timedelta(minutes=minutes)
    assert recognise(known, TODAY, now, TOLERANCE) == Result(result)
    assert recognise_by_cedula(known, TODAY, now, TOLERANCE) == Result(by_cedula)
