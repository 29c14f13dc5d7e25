import re
from xml.etree import ElementTree as ET

from PIL import Image, ImageDraw

from tests.support.inspection.papers import qr_codes_in
from turnero.core import qr


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 (our own picture)


def painted(svg, pixels=6):
    """The strokes of the picture as a browser paints them: rows of dark modules on white."""
    picture = parsed(svg)
    width, height = (int(side) for side in picture.get("viewBox").split()[2:])
    image = Image.new("L", (width * pixels, height * pixels), "white")
    pen = ImageDraw.Draw(image)
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", picture.find(".//path").get("d")):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            pen.rectangle(
                [x * pixels, (y - 0.5) * pixels, (x + values[0]) * pixels - 1, (y + 0.5) * pixels - 1], fill="black"
            )
            x += values[0]
        else:
            x, y = values if command == "M" else (x + values[0], y + values[1])
    return image


def test_the_picture_of_a_page_says_what_it_is_and_reads_as_the_reference_alone():
    svg = qr.svg("K7M4XR2")
    picture = parsed(svg)
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "Código QR de la referencia K7M4XR2"
    assert "style" not in svg  # the content policy forbids it
    assert "width" not in picture.attrib  # the stylesheet gives it one
    (code,) = qr_codes_in(painted(svg))
    assert code.text == "K7M4XR2"


def test_the_symbol_is_alphanumeric_in_the_smallest_size():
    symbol = qr.symbol("K7M4XR2")
    assert (symbol.mode, symbol.version) == ("alphanumeric", 1)


def test_what_is_named_is_text_and_never_markup():
    assert "<script>" not in qr.svg('"><script>')
