"""Public figures as JSON and CSV, with descriptions of the columns. Stable schema, version 1."""

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from turnero.agencies.models import Agency, Procedure
from turnero.core.extensions import db
from turnero.core.language import gettext_noop as _
from turnero.transparency.measures import hidden_within
from turnero.transparency.models import MonthDetail, MonthFigures, MonthProvince
from turnero.transparency.months import closing
from turnero.transparency.open_data import closed_hours

SCHEMA = 1
# Descriptions of columns, shown on the page; the keys are those of the files.
COLUMNS = {
    "anio": _("Año."),
    "mes": _("Mes, de 1 a 12."),
    "quejas": _("Quejas que se presentaron en el mes."),
    "atenciones": _(
        "Personas atendidas en el mes. En los meses anteriores a Turnero, también las atenciones en línea."
    ),
    "fuente": _("historico: de la ficha del trámite; propio: contado por Turnero."),
    "revision": _("Número de la versión del mes. Una corrección es una versión nueva; vale la última."),
}
DETAIL_COLUMNS = {
    "agencia": _("Código de la agencia."),
    "provincia": _("Código de la provincia, de 01 a 24."),
    "tramite": _("Código del trámite."),
    "atendidos": _("Turnos atendidos."),
    "ausentes": _("Turnos cuya persona no vino."),
    "cancelados": _("Turnos cancelados."),
    "desplazados": _("Personas que perdieron su hora por un cierre."),
    "espera_mediana": _("Minutos de espera desde la hora del turno o la llegada: la mitad esperó menos."),
    "espera_p90": _("Minutos de espera: nueve de cada diez esperaron menos."),
    "atencion_mediana": _("Minutos en la ventanilla: la mitad, menos."),
    "atencion_p90": _("Minutos en la ventanilla: nueve de cada diez, menos."),
    "opiniones": _("Personas que dijeron, después de su visita, cómo les atendieron."),
    "satisfaccion": _("Promedio de lo que dijeron, de 1 (muy mal) a 5 (muy bien)."),
    "dias_turno_mediana": _("Días hasta el primer turno libre, medidos cada mañana: la mitad de los días, menos."),
    "dias_turno_p90": _("Días hasta el primer turno libre: nueve de cada diez días, menos."),
    "dias_sin_turno": _("Días del mes en los que no había ningún turno libre a la vista."),
}
_COUNTS = {
    "attended": "atendidos",
    "no_show": "ausentes",
    "cancelled": "cancelados",
    "displaced": "desplazados",
    "ratings": "opiniones",
}
_MINUTES = {
    "waiting_median": "espera_mediana",
    "waiting_p90": "espera_p90",
    "attention_median": "atencion_mediana",
    "attention_p90": "atencion_p90",
}
_DAYS = {
    "days_to_free_median": "dias_turno_mediana",
    "days_to_free_p90": "dias_turno_p90",
    "days_without_free": "dias_sin_turno",
}


def figures_json() -> dict[str, Any]:
    """All months, with parts of those counted here. None replaces suppressed numbers."""
    found = closing.published()
    parts = [parts_of(row) for row in found]
    return {
        "esquema": SCHEMA,
        "meses": [month_row(row) for row in found],
        "provincias": [row for part in parts for row in part.provinces],
        "detalle": [row for part in parts for row in part.agencies],
        "cierres": closed_hours.rows(),
        "columnas": COLUMNS | DETAIL_COLUMNS | closed_hours.COLUMNS,
    }


def figures_csv() -> str:
    """Months without parts, official columns first."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(month_row(row) for row in closing.published())
    return lines.getvalue()


def month_row(row: MonthFigures) -> dict[str, Any]:
    return _month(row) | {
        "quejas": row.complaints,
        "atenciones": row.attentions,
        "fuente": "historico" if row.source == "history" else "propio",
        "revision": row.revision,
    }


@dataclass(frozen=True)
class Parts:
    """A month's rows of provinces and agencies, by trámite."""

    provinces: list[dict[str, Any]]
    agencies: list[dict[str, Any]]


def parts_of(figures: MonthFigures) -> Parts:
    """The parts, suppressing counts and minutes of fewer than five people and anything that would reveal them."""
    found, agencies = closing.details_of(figures), {row.id: row for row in db.session.scalars(select(Agency))}
    procedures: dict[int, str] = dict(db.session.execute(select(Procedure.id, Procedure.slug)).all())
    inside: defaultdict[tuple[str, int], list[MonthDetail]] = defaultdict(list)
    for detail in found:
        inside[agencies[detail.agency_id].province_code, detail.procedure_id].append(detail)
    sums = {(row.province_code, row.procedure_id): row for row in closing.provinces_of(figures)}
    unseen_sums, unseen = _unseen(list(inside.values()))
    provinces, rows = [], []
    for index, (key, details) in enumerate(inside.items()):
        place = _month(figures) | {"provincia": key[0], "tramite": procedures[key[1]]}
        if key in sums:
            provinces.append(place | _told(sums[key], unseen_sums[index]))
        for detail, hidden in zip(details, unseen[index], strict=True):
            rows.append(place | {"agencia": agencies[detail.agency_id].slug} | _told(detail, hidden))
    return Parts(provinces, rows)


def _unseen(groups: list[list[MonthDetail]]) -> tuple[list[set[str]], list[list[set[str]]]]:
    """Suppressed counts: sums of groups, and rows of each group."""
    sums: list[set[str]] = [set() for _ in groups]
    rows: list[list[set[str]]] = [[set() for _ in group] for group in groups]
    for name in _COUNTS:
        of_sums, of_rows = hidden_within([[getattr(row, name) for row in group] for group in groups])
        for index, hidden in enumerate(of_sums):
            sums[index] |= {name} if hidden else set()
            for position, row_hidden in enumerate(of_rows[index]):
                rows[index][position] |= {name} if row_hidden else set()
    return sums, rows


def _month(figures: MonthFigures) -> dict[str, Any]:
    return {"anio": figures.month.year, "mes": figures.month.month}


def _told(row: MonthDetail | MonthProvince, unseen: set[str]) -> dict[str, Any]:
    """A row's figures by public name, with waiting minutes unless suppressed."""
    satisfaction = None if "ratings" in unseen or row.satisfaction is None else row.satisfaction / 10
    return {
        **{word: None if name in unseen else getattr(row, name) for name, word in _COUNTS.items()},
        **{word: None if "attended" in unseen else getattr(row, name) for name, word in _MINUTES.items()},
        "satisfaccion": satisfaction,
        **{word: getattr(row, name) for name, word in _DAYS.items()},
    }
