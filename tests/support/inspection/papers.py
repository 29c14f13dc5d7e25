"""Our papers read back: the words of a PDF, a picture of its page, and the QR code in a picture."""

from io import BytesIO
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from turnero.booking.documents.turn_text import TurnText


def turn_text(**changes: Any) -> TurnText:
    """A turn in words with defaults for everything."""
    facts = {
        "when_long": "martes 24 de noviembre de 2026",
        "day_short": "martes 24 de noviembre",
        "time": "09:30",
        "zone_note": "",
        "agency_name": "Quito Centro (demostración)",
        "agency_address": "",
        "procedure_name": "Notificación de glosas",
        "line_name": "Cartera",
        "reference": "K7M4XR2",
        "bring": ("Cédula original del titular", "Fotocopia del RUC"),
        "link": "https://turnos.example.ec/mi-turno/tOkEn",
        "kept_until": "09:40",
        "cedula": "17••••••01",
    }
    return TurnText(**facts | changes)


def words_of(pdf: bytes) -> str:
    """All the text of a PDF, line ends as spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def picture_of(pdf: bytes, dots_per_inch: int = 150) -> Image.Image:
    """The first page as a printer or a screen shows it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[0].render(scale=dots_per_inch / 72).to_pil()
        return picture
    finally:
        document.close()


def qr_codes_in(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """The QR codes in an image."""
    return zxingcpp.read_barcodes(picture)
