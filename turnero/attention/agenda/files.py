"""Exports of a day's agenda: CSV safe from formula injection, and an A4 list as PDF."""

import csv
import io
from datetime import datetime

from turnero.attention.agenda.queries import Agenda, Row
from turnero.attention.day import queries
from turnero.attention.day.models import Visit
from turnero.booking.documents.latin import latin
from turnero.booking.turn.models import Booking
from turnero.core import clock, formatting
from turnero.core.extensions import db
from turnero.core.language import gettext

# Characters that start a formula in spreadsheets, including full-width forms (OWASP: CSV injection).
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
_CHANNELS = {"web": "web", "window": "ventanilla", "kiosk": "kiosco"}
COLUMNS = (
    "hora",
    "ticket",
    "referencia",
    "cedula",
    "persona",
    "tramite",
    "prioridad",
    "tercero",
    "estado",
    "llegada",
    "llamada",
    "fin",
    "ventanilla",
    "canal",
)


def agenda_csv(agenda: Agenda) -> bytes:
    """CSV (RFC 4180) in UTF-8 with the byte order mark spreadsheets need; hours are the agency's."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    visits = queries.visits(agenda.agency.id, agenda.day)
    for row in agenda.rows:
        writer.writerow([safe(cell) for cell in _cells(row, visits.get(row.id), agenda.agency.zone)])
    return text.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """A cell that spreadsheets read as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _cells(row: Row, visit: Visit | None, zone: str) -> tuple[str, ...]:
    booking = db.session.get_one(Booking, row.id)

    def time(instant: datetime | None) -> str:
        return formatting.time_of(clock.local(instant, zone)) if instant else ""

    third = f"{booking.third_party_name} {booking.third_party_cedula}" if booking.third_party_name else ""
    return (
        row.time,
        row.ticket,
        row.reference,
        row.cedula,
        row.person,
        row.procedure,
        "si" if booking.priority else "no",
        third,
        row.word.lower(),
        time(visit.arrived_at if visit else None),
        time(visit.called_at if visit else None),
        time(visit.ended_at if visit else None),
        str(visit.window) if visit and visit.window else "",
        _CHANNELS[booking.channel],
    )


def agenda_pdf(agenda: Agenda) -> bytes:
    """The list on A4, for use without a computer."""
    from fpdf.fonts import TTFFont  # noqa: PLC0415 (loads fontTools: a second)

    from turnero.booking.documents.pdf import Line, Paper  # noqa: PLC0415 (the same)

    title = gettext("Agenda del %(day)s", day=formatting.day_and_month(agenda.day))
    paper = Paper(title)
    paper.write_lines([Line(title, 20, bold=True), Line(agenda.agency.name, 11)])
    paper.ln(4)
    paper.set_font("Lato", size=9)
    font = paper.current_font
    assert isinstance(font, TTFFont)
    heads = (
        gettext("Hora"),
        gettext("Ticket"),
        gettext("Persona"),
        gettext("Cédula"),
        gettext("Referencia"),
        gettext("Trámite"),
        gettext("Estado"),
    )
    with paper.table(col_widths=(12, 14, 42, 24, 22, 36, 20), line_height=4.6, padding=1) as table:
        for cells in (heads, *(_printed(row) for row in agenda.rows)):
            line = table.row()
            for cell in cells:
                line.cell(latin(cell, font.cmap))
    return bytes(paper.output())


def _printed(row: Row) -> tuple[str, ...]:
    return row.time, row.ticket, row.person, row.cedula, row.reference, row.procedure, row.word
