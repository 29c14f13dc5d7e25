"""The public figures as JSON and CSV, and the words that say what each column is. The schema is stable: 1."""

import csv
import io
from typing import Any

from sqlalchemy import select

from turnero.agencies.models import Agency, Procedure
from turnero.extensions import db
from turnero.transparency import closed_hours, months
from turnero.transparency.measures import hidden
from turnero.transparency.models import MonthDetail, MonthFigures

SCHEMA = 1
# What a column means: shown on the page, and the keys of the files.
COLUMNS = {
    "anio": "Año.",
    "mes": "Mes, de 1 a 12.",
    "quejas": "Quejas que se presentaron en el mes.",
    "atenciones": "Personas atendidas en el mes. En los meses anteriores a Turnero, también las atenciones en línea.",
    "fuente": "historico: de la ficha del trámite; propio: contado por Turnero.",
    "revision": "Número de la versión del mes. Una corrección es una versión nueva; vale la última.",
}
DETAIL_COLUMNS = {
    "agencia": "Código de la agencia.",
    "provincia": "Código de la provincia, de 01 a 24.",
    "tramite": "Código del trámite.",
    "atendidos": "Turnos atendidos.",
    "ausentes": "Turnos cuya persona no vino.",
    "cancelados": "Turnos cancelados.",
    "desplazados": "Personas que perdieron su hora por un cierre.",
    "espera_mediana": "Minutos de espera desde la hora del turno o la llegada: la mitad esperó menos.",
    "espera_p90": "Minutos de espera: nueve de cada diez esperaron menos.",
    "atencion_mediana": "Minutos en la ventanilla: la mitad, menos.",
    "atencion_p90": "Minutos en la ventanilla: nueve de cada diez, menos.",
    "opiniones": "Personas que dijeron, después de su visita, cómo les atendieron.",
    "satisfaccion": "Promedio de lo que dijeron, de 1 (muy mal) a 5 (muy bien).",
}
_MINUTES = ("espera_mediana", "espera_p90", "atencion_mediana", "atencion_p90")


def as_json() -> dict[str, Any]:
    """Every month; the parts of those that were counted here. None stands for a number too small to be shown."""
    found = months.published()
    return {
        "esquema": SCHEMA,
        "meses": [month_row(row) for row in found],
        "detalle": [part for row in found for part in detail_rows(row)],
        "cierres": closed_hours.rows(),
        "columnas": COLUMNS | DETAIL_COLUMNS | closed_hours.COLUMNS,
    }


def as_csv() -> str:
    """The months alone, with the columns of the ficha first."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(month_row(row) for row in months.published())
    return lines.getvalue()


def month_row(row: MonthFigures) -> dict[str, Any]:
    return {
        "anio": row.month.year,
        "mes": row.month.month,
        "quejas": row.complaints,
        "atenciones": row.attentions,
        "fuente": "historico" if row.source == "history" else "propio",
        "revision": row.revision,
    }


def detail_rows(figures: MonthFigures) -> list[dict[str, Any]]:
    """The parts of one month. Where fewer than five people were attended, that and their minutes are not told."""
    parts = months.details_of(figures)
    agencies = {row.id: row for row in db.session.scalars(select(Agency))}
    procedures = dict(db.session.execute(select(Procedure.id, Procedure.slug)).all())
    counts = {name: hidden([getattr(part, name) for part in parts]) for name in _COUNTS}
    return [
        {
            "anio": figures.month.year,
            "mes": figures.month.month,
            "agencia": agencies[part.agency_id].slug,
            "provincia": agencies[part.agency_id].province_code,
            "tramite": procedures[part.procedure_id],
            **{word: None if counts[name][index] else getattr(part, name) for name, word in _COUNTS.items()},
            **_minutes(part, told=not counts["attended"][index]),
            "satisfaccion": _satisfaction(part, told=not counts["ratings"][index]),
        }
        for index, part in enumerate(parts)
    ]


_COUNTS = {
    "attended": "atendidos",
    "no_show": "ausentes",
    "cancelled": "cancelados",
    "displaced": "desplazados",
    "ratings": "opiniones",
}


def _minutes(part: MonthDetail, *, told: bool) -> dict[str, int | None]:
    values = (part.waiting_median, part.waiting_p90, part.attention_median, part.attention_p90)
    return dict(zip(_MINUTES, values if told else (None,) * len(values), strict=True))


def _satisfaction(part: MonthDetail, *, told: bool) -> float | None:
    return part.satisfaction / 10 if told and part.satisfaction is not None else None
