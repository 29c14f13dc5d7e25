"""The A4 sheet "Confirmación del Turno en Línea": the ticket, and instructions for the day."""

from turnero.booking.documents.pdf import (
    ACTION,
    DEEP,
    EDGE,
    MARGIN,
    ON_DEEP,
    QUIET_ON_DEEP,
    SOFT,
    SURFACE,
    WIDTH,
    Line,
    Paper,
)
from turnero.booking.documents.turn_text import TurnText
from turnero.core import qr
from turnero.core.language import gettext
from turnero.core.paths import resource

_PADDING, _RADIUS, _NOTCH = 9, 4, 3.5
_INSIDE = WIDTH - 2 * _PADDING
_QR = 34
_STUB = _QR + 2 * _PADDING
_MARK, _HOLES = 7, 40
_BESIDE_QR = MARGIN + _PADDING + _QR + 9


def draw(turn: TurnText) -> bytes:
    """The sheet as a PDF file."""
    title = gettext("Confirmación del Turno en Línea")
    paper = Paper(title)
    paper.image(resource("static") / "marca.svg", MARGIN, MARGIN, _MARK)
    paper.write_lines([Line("Turnero", 13, bold=True, colour=DEEP)], MARGIN + _MARK + 2)
    paper.write_lines([Line(title, 22, bold=True, gap=3)])
    paper.ln(4)
    _ticket(paper, turn)
    paper.write_lines([_heading(gettext("El día del turno"))])
    paper.write_items(_on_the_day(turn))
    paper.write_lines([_heading(gettext("Si no puede venir")), *_otherwise(turn), _closing()])
    return bytes(paper.output())


def _ticket(paper: Paper, turn: TurnText) -> None:
    head = _head(turn)
    top = paper.get_y()
    height = paper.height_of(head, _INSIDE) + 2 * _PADDING
    _shape(paper, top, height)
    paper.set_y(top + _PADDING)
    paper.write_lines(head, MARGIN + _PADDING, _INSIDE)
    y = top + height + _PADDING
    picture = qr.drawing(turn.reference).encode()
    described = gettext("Código QR de la referencia %(reference)s", reference=turn.reference)
    paper.image(picture, MARGIN + _PADDING, y, _QR, _QR, alt_text=described)
    paper.set_y(y)
    paper.write_lines(_stub(turn), _BESIDE_QR, MARGIN + WIDTH - _PADDING - _BESIDE_QR)
    paper.set_y(top + height + _STUB)


def _shape(paper: Paper, top: float, head: float) -> None:
    """Draw a ticket at ``top``: dark head of height ``head``, perforation, and outlined stub."""
    perforation = top + head
    paper.set_fill_color(*DEEP)
    paper.rect(MARGIN, top, WIDTH, head + _RADIUS, "F", round_corners=True, corner_radius=_RADIUS)
    paper.set_fill_color(*SURFACE)
    paper.rect(MARGIN, perforation, WIDTH, _RADIUS + 1, "F")
    paper.set_draw_color(*EDGE)
    paper.rect(MARGIN, top, WIDTH, head + _STUB, "D", round_corners=True, corner_radius=_RADIUS)
    for x, inner in ((MARGIN, 0), (MARGIN + WIDTH, 90)):
        paper.circle(x, perforation, _NOTCH, "F")
        paper.arc(x - _NOTCH, perforation - _NOTCH, 2 * _NOTCH, inner, inner + 90)
    for hole in range(1, _HOLES):
        paper.circle(MARGIN + hole * WIDTH / _HOLES, perforation, 0.8, "F")


def _head(turn: TurnText) -> list[Line]:
    asked = gettext("%(procedure)s, ventanilla %(line)s", procedure=turn.procedure_name, line=turn.line_name)
    lines = [
        Line(turn.when_long, 15, bold=True, colour=ON_DEEP),
        Line(turn.time, 40, bold=True, colour=ON_DEEP),
        Line(turn.zone_note, 12, colour=ON_DEEP),
        Line(turn.agency_name, 14, bold=True, colour=ON_DEEP, gap=2),
        Line(turn.agency_address, colour=QUIET_ON_DEEP),
        Line(asked, colour=QUIET_ON_DEEP),
    ]
    return [line for line in lines if line.text]


def _stub(turn: TurnText) -> list[Line]:
    return [
        Line(gettext("Su referencia"), colour=SOFT),
        Line(f"{turn.reference[:3]} {turn.reference[3:]}", 28, bold=True),
        Line(gettext("Muéstrela en el kiosco de la entrada, en esta hoja o en su celular."), 10.5, colour=SOFT),
        Line(gettext("Cédula del titular: %(cedula)s", cedula=turn.cedula)),
    ]


def _on_the_day(turn: TurnText) -> list[str]:
    punctual = gettext("Llegue 10 minutos antes. Le esperamos hasta las %(time)s.", time=turn.kept_until)
    if not turn.third_party:
        return [punctual, *turn.bring]
    who = gettext("Acude %(person)s, con su cédula y la autorización del titular.", person=turn.third_party)
    return [punctual, who, *turn.bring]


def _heading(text: str) -> Line:
    return Line(text, 14, bold=True, gap=6)


def _otherwise(turn: TurnText) -> list[Line]:
    # The personal link opens the turn, so it is not printed.
    public_page = turn.link.rpartition("/")[0]
    on_paper = gettext(
        "Desde el papel: entre a %(page)s con su referencia y su cédula; le enviaremos el enlace a su correo.",
        page=public_page,
    )
    return [
        Line(gettext("Cancele o cambie su turno: así otra persona lo aprovecha.")),
        Line(gettext("Ver, cambiar o cancelar el turno"), bold=True, colour=ACTION, link=turn.link),
        Line(on_paper, colour=SOFT),
    ]


def _closing() -> Line:
    words = gettext("Este trámite no tiene costo. El turno vale solo con la cédula de su titular.")
    return Line(words, bold=True, gap=6)
