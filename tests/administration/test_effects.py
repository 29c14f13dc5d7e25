"""Effects of a change in sentences: a table of cases."""

from datetime import date, datetime

import pytest

from turnero.administration.edit.effects import Effect, effect_sentences
from turnero.booking.documents.closure_text import people_sentences, span

FIRST, LAST = date(2026, 12, 7), date(2026, 12, 11)
WEEK = "entre el lunes 7 de diciembre de 2026 y el viernes 11 de diciembre de 2026"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (0, 540, f"Crea 540 turnos {WEEK}: de 0 pasan a 540."),
        (540, 539, f"Quita 1 turno {WEEK}: de 540 pasan a 539."),
        (1500, 500, f"Quita 1\N{NO-BREAK SPACE}000 turnos {WEEK}: de 1\N{NO-BREAK SPACE}500 pasan a 500."),
        (7, 7, f"No cambia cuántos turnos se pueden dar {WEEK}: 7."),
    ],
)
def test_places(before, after, sentence):
    assert effect_sentences(Effect(FIRST, LAST, before, after)) == [sentence, "Nadie pierde su turno."]


def test_one_day():
    assert effect_sentences(Effect(FIRST, FIRST, 1, 3))[0].startswith("Crea 2 turnos el lunes 7 de diciembre de 2026:")


@pytest.mark.parametrize(
    ("given_back", "said"),
    [
        (1, "1 persona que perdió una de estas horas sigue con otra propuesta o sin turno: véala en Desplazados."),
        (
            9,
            "9 personas que perdieron una de estas horas siguen con otra propuesta o sin turno: véalas en Desplazados.",
        ),
    ],
)
def test_hours_given_back(given_back, said):
    assert effect_sentences(Effect(FIRST, FIRST, 0, 9, given_back=given_back))[2:] == [said]


@pytest.mark.parametrize(
    ("displaced", "placed", "unreachable", "said"),
    [
        (1, 1, 0, ["1 persona afectada: pierde su hora.", "Con otro turno guardado: 1."]),
        (
            23,
            20,
            2,
            [
                "23 personas afectadas: pierden su hora.",
                "Con otro turno guardado: 20.",
                "Sin otro lugar cerca, elegirán uno con su enlace: 3.",
                "Sin correo, avíseles por teléfono o en la agencia: 2.",
            ],
        ),
        (
            2,
            None,
            0,
            [
                "2 personas afectadas: pierden su hora.",
                "En el próximo minuto se les busca otro turno y se les escribe.",
            ],
        ),
    ],
)
def test_people(displaced, placed, unreachable, said):
    assert people_sentences(displaced, placed, unreachable) == said


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (datetime(2026, 12, 7), datetime(2026, 12, 8), "el lunes 7 de diciembre de 2026, todo el día"),
        (
            datetime(2026, 12, 7),
            datetime(2026, 12, 12),
            "del lunes 7 de diciembre de 2026 al viernes 11 de diciembre de 2026, días enteros",
        ),
        (
            datetime(2026, 12, 7, 8),
            datetime(2026, 12, 7, 12),
            "el lunes 7 de diciembre de 2026, de 08:00 a 12:00",
        ),
        (
            datetime(2026, 12, 7, 8),
            datetime(2026, 12, 8, 12),
            "del lunes 7 de diciembre de 2026 a las 08:00 al martes 8 de diciembre de 2026 a las 12:00",
        ),
    ],
)
def test_when_hours_are_closed(starts, ends, said):
    assert span(starts, ends) == said
