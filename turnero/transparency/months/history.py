"""Loads months before Turnero from a CSV file, all or nothing, repeatable."""

import csv
from datetime import date
from pathlib import Path

from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.core.problems import FileInvalid, Problem
from turnero.transparency.models import MonthFigures
from turnero.transparency.months.closing import latest

HEADER = ["anio", "mes", "quejas", "atenciones"]


def load_history_path(path: Path) -> int:
    """Load the file. Returns how many months were new or corrected. Raises FileInvalid."""
    return _load(_read(path))


def _read(path: Path) -> dict[date, tuple[int, int]]:
    """Complaints and attentions by month."""
    problems: list[Problem] = []
    found: dict[date, tuple[int, int]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        if next(lines, None) != HEADER:
            raise FileInvalid([Problem(path.name, 1, f"la primera línea debe ser {','.join(HEADER)}")])
        for number, line in enumerate(lines, start=2):
            try:
                year, month, complaints, attentions = (_number(value) for value in line)
                first = date(year, month, 1)
            except ValueError:
                problems.append(Problem(path.name, number, "deben ser cuatro números: año, mes, quejas y atenciones"))
                continue
            if first in found:
                problems.append(Problem(path.name, number, f"{month} de {year} ya está"))
            found[first] = (complaints, attentions)
    if problems:
        raise FileInvalid(problems)
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return int(text)


@database.transaction
def _load(found: dict[date, tuple[int, int]]) -> int:
    database.lock("month figures")
    now, changed = clock.now(), 0
    for month, (complaints, attentions) in sorted(found.items()):
        last = latest(month)
        if last is not None and (last.source, last.complaints, last.attentions) == ("history", complaints, attentions):
            continue
        row = MonthFigures(month=month, revision=last.revision + 1 if last else 1, source="history", closed_at=now)
        row.complaints, row.attentions = complaints, attentions
        db.session.add(row)
        changed += 1
    return changed
