"""``/queja``: file a complaint, and see its answer by number."""

import secrets
from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for

from turnero.agencies import queries as agencies
from turnero.core.cleaning import clean_text
from turnero.core.errors import Faulty, InvalidInput, Refused
from turnero.transparency.complaints import complaints
from turnero.transparency.complaints.complaints import Said
from turnero.verify.contact import parse_email
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other
from turnero.web.session import browser

blueprint = Blueprint("complaint", __name__, url_prefix="/queja")

KINDS = {"queja": "complaint", "sugerencia": "suggestion", "felicitacion": "thanks"}
_FIELDS = ("tipo", "agencia", "texto", "satisfaccion", "correo", "solicitud")
_MAX_CHARACTERS = 4000
_MAX_KEY = 64


class WordsMissing(InvalidInput):
    code = "words_missing"


class WordsLong(InvalidInput):
    """More than ``most`` characters."""

    code = "words_long"


class KindMissing(InvalidInput):
    code = "kind_missing"


@blueprint.get("")
def show_complaint_form() -> Response:
    return _page({"solicitud": secrets.token_urlsafe(16)})


@blueprint.post("")
def submit_complaint() -> Response:
    typed = {name: clean_text(request.form.get(name, "")) for name in _FIELDS}
    try:
        number = complaints.file_complaint(_parse(typed), browser())
    except Faulty as error:
        return _page(typed, FormErrors(faults=error.faults))
    except Refused as error:
        return _page(typed, FormErrors(refusal=error))
    return see_other(url_for("complaint.show_complaint_received", number=number))


@blueprint.get("/<number>")
def show_complaint_received(number: str) -> Response:
    """The state and answer of a complaint by number, without its text."""
    return render_page("transparency/complaints/complaint.html", complaint=complaints.by_number(number))


def _page(typed: Mapping[str, str], form_errors: FormErrors = NO_ERRORS) -> Response:
    return render_page("transparency/complaints/complain.html", form_errors, typed=typed, agencies=agencies.agencies())


def _parse(typed: Mapping[str, str]) -> Said:
    """Raises Faulty with every wrong field."""
    faults: dict[str, InvalidInput] = {}
    email: str | None = None
    if typed["tipo"] not in KINDS:
        faults["tipo"] = KindMissing()
    if not typed["texto"]:
        faults["texto"] = WordsMissing()
    elif len(typed["texto"]) > _MAX_CHARACTERS:
        faults["texto"] = WordsLong(most=_MAX_CHARACTERS)
    if typed["correo"]:
        try:
            email = parse_email(typed["correo"])
        except InvalidInput as error:
            faults["correo"] = error
    if faults:
        raise Faulty(**faults)
    stars = typed["satisfaccion"]
    return Said(
        form_key=typed["solicitud"][:_MAX_KEY] or secrets.token_urlsafe(16),
        kind=KINDS[typed["tipo"]],
        words=typed["texto"],
        agency=typed["agencia"] or None,
        satisfaction=int(stars) if stars in ("1", "2", "3", "4", "5") else None,
        email=email,
    )
