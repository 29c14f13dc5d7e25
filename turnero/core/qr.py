"""QR codes of references. They contain only the reference, because scanners type what they read."""

import segno
from markupsafe import Markup, escape

from turnero.core.language import gettext


def symbol(reference: str) -> segno.QRCode:
    """Alphanumeric, so it stays at 21 modules; level M at least, more where that costs no module."""
    return segno.make_qr(reference, error="m")


def svg(reference: str) -> Markup:
    """An inline SVG with a text alternative for a page; the page adds the quiet zone (class ``qr``)."""
    name = escape(gettext("Código QR de la referencia %(reference)s", reference=reference))
    return Markup(drawing(reference).replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1))  # noqa: S704 (escaped)


def drawing(reference: str) -> str:
    """An SVG without fixed size, with a quiet zone of one module."""
    return symbol(reference).svg_inline(border=1, omitsize=True, svgclass=None, lineclass=None)


def picture(text: str, name: str) -> Markup:
    """The QR code of any other text for a page, with a text alternative."""
    drawn = segno.make_qr(text, error="m").svg_inline(border=1, omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(name)}" ', 1))  # noqa: S704 (escaped)
