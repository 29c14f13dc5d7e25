"""Papers that are drawn once: a PDF takes as long as twenty pages, and the same words give the same paper."""

from collections.abc import Callable, Hashable

import pytest

from turnero.attention.agenda import files
from turnero.attention.agenda.queries import Agenda
from turnero.booking.documents import files as documents
from turnero.booking.documents.turn_text import TurnText
from turnero.core import language


def draw_once(patch: pytest.MonkeyPatch) -> None:
    """While ``patch`` is active, reuse drawn PDFs with equal texts."""
    drawn: dict[Hashable, bytes] = {}
    sheet, agenda_list = documents.pdf, files.agenda_pdf

    def once(words: Hashable, draw: Callable[[], bytes]) -> bytes:
        key = (language.tag(), words)
        if key not in drawn:
            drawn[key] = draw()
        return drawn[key]

    def pdf(turn: TurnText) -> bytes:
        return once(turn, lambda: sheet(turn))

    def as_pdf(agenda: Agenda) -> bytes:
        rows = tuple(files._printed(row) for row in agenda.rows)
        return once((agenda.day, agenda.agency.name, rows), lambda: agenda_list(agenda))

    patch.setattr(documents, "pdf", pdf)
    patch.setattr(files, "agenda_pdf", as_pdf)
