"""Base of the PDFs: A4 pages in Lato, in the colours of the stylesheet. Positions are in millimetres.

Import it late: it loads fontTools, which takes a second on a slow machine.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import fontpkg
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from turnero.booking.documents.latin import latin
from turnero.core import language

Colour = tuple[int, int, int]
DEEP, ON_DEEP, QUIET_ON_DEEP = (11, 56, 51), (255, 255, 255), (197, 216, 208)
INK, SOFT, ACTION = (35, 26, 22), (91, 82, 76), (15, 75, 67)
EDGE, SURFACE = (109, 117, 106), (255, 255, 255)

MARGIN, WIDTH = 20, 170
_INDENT = 4.5
_MM_PER_POINT = 25.4 / 72

# It logs every table of the font that it subsets.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Line:
    """A paragraph; ``size`` in points, ``gap`` the space above in millimetres, ``link`` the URL of the text."""

    text: str
    size: float = 11.5
    bold: bool = False
    colour: Colour = INK
    link: str = ""
    gap: float = 0


class Paper(FPDF):
    """A PDF with exact text for every Latin letter, in the reader's language (Spanish in jobs).

    The HTML page is the accessible original.
    """

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_lang(language.tag())
        self.set_title(title)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.add_font("Lato", "", fontpkg.path("Lato"))
        self.add_font("Lato", "B", fontpkg.path("Lato", weight=700))
        self.set_margin(MARGIN)
        self.c_margin = 0  # no padding: text is flush with its column
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.add_page()

    def write_lines(self, lines: Sequence[Line], x: float = MARGIN, width: float = WIDTH) -> None:
        """Write ``lines`` below each other from the present position, wrapped to ``width``."""
        for line in lines:
            self.ln(line.gap)
            self.set_x(x)
            self._write(line, width)

    def write_items(self, items: Sequence[str]) -> None:
        """Write a list with hanging bullets."""
        for item in items:
            top = self.get_y()
            self.write_lines([Line("•")])
            self.set_y(top)
            self.write_lines([Line(item)], MARGIN + _INDENT, WIDTH - _INDENT)

    def height_of(self, lines: Sequence[Line], width: float) -> float:
        return sum(line.gap + self._write(line, width, dry_run=True) for line in lines)

    def _write(self, line: Line, width: float, *, dry_run: bool = False) -> float:
        self.set_font("Lato", "B" if line.bold else "", line.size)
        self.set_text_color(*line.colour)
        font = self.current_font
        assert isinstance(font, TTFFont)
        height = self.multi_cell(
            width,
            h=line.size * _MM_PER_POINT * (1.35 if line.size < 20 else 1.2),
            text=latin(line.text, font.cmap),
            align="L",
            link=line.link,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
            dry_run=dry_run,
            output=MethodReturnValue.HEIGHT,
        )
        assert isinstance(height, (int, float))
        return height
