"""The public sheet of a trámite: fixed keys, all optional, with Spanish texts that a template renders.

``catalogue/procedures.yaml`` explains each key. A sheet is stored as the dictionary that it is in the file.
"""

import re
from typing import Any

from yaml import Node

from turnero.agencies.catalogue.shapes import (
    Field,
    Report,
    Shape,
    Wrong,
    given,
    listed,
    optional,
    record,
    text,
)

_PARAGRAPH = text(1000)
_PARAGRAPHS = listed(_PARAGRAPH, least=1)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}")


def _address(node: Node, report: Report) -> str:
    url = text(300)(node, report)
    if not url.startswith("https://") or " " in url:
        raise Wrong("debe ser una dirección completa que empiece con https://")
    return url


def _email(node: Node, report: Report) -> str:
    address = text()(node, report)
    if not _EMAIL.fullmatch(address):
        raise Wrong(f"«{address}» no es un correo electrónico")
    return address


_CONTACT = record(given, Field("office", text()), *optional(email=_email, phone=text(40)))
_ONLINE = record(given, Field("url", _address), Field("label", text()))
_ABOUT = record(given, *optional(virtual=_PARAGRAPH, presencial=_PARAGRAPH))
_STEPS = record(given, *optional(virtual=_PARAGRAPHS, presencial=_PARAGRAPHS))
_REQUIREMENTS = record(given, *optional(virtual=_PARAGRAPHS, presencial=_PARAGRAPHS, third_party=_PARAGRAPH))


def sheet(procedure: Shape[str]) -> Shape[dict[str, Any]]:
    """The shape of a sheet, given that of the slug of a trámite that exists."""
    return record(
        given,
        *optional(
            institution=text(),
            description=_PARAGRAPH,
            audience=_PARAGRAPHS,
            result=_PARAGRAPHS,
            about=_ABOUT,
            requirements=_REQUIREMENTS,
            bring=_PARAGRAPHS,
            steps=_STEPS,
            note=_PARAGRAPH,
            channels=_PARAGRAPHS,
            cost=_PARAGRAPH,
            hours=_PARAGRAPH,
            legal=_PARAGRAPHS,
            contact=_CONTACT,
            online=_ONLINE,
            follow_ups=listed(procedure, least=1),
            remarks=_PARAGRAPHS,
        ),
    )
