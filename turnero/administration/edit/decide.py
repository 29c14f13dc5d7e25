"""The flow of every edit: form, preview, save."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flask import Response, request, url_for

from turnero.booking.turn.errors import ChangedMeanwhile
from turnero.core.errors import Faulty, Refused
from turnero.core.extensions import db
from turnero.staff.access import member
from turnero.staff.actor import Actor
from turnero.staff.models import AdminChange
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other

_OURS = ("csrf_token", "paso", "sello")


class Decision(Protocol):
    """An action with a preview."""

    @property
    def summary(self) -> str: ...

    def look(self) -> tuple[list[str], str]:
        """The effect in sentences, and the seal of the preview."""
        ...

    def make(self, seal: str, actor: Actor) -> int:
        """Do it; the number of its row in the record. Raises ChangedMeanwhile."""
        ...


D = TypeVar("D", bound=Decision)


def decide(
    read: Callable[[], D], again: Callable[[FormErrors], Response], done: Callable[[D, int], Response]
) -> Response:
    """Answer a posted form: the form ``again`` on errors, the preview, or ``done`` after saving.

    ``paso``: empty at first, ``guardar`` to save the preview, ``corregir`` to return to the form.
    """
    step, form_errors = request.form.get("paso", ""), NO_ERRORS
    try:
        decision = read()
        if step == "corregir":
            return again(NO_ERRORS)
        if step == "guardar":
            try:
                return done(decision, decision.make(request.form.get("sello", ""), member().actor))
            except ChangedMeanwhile as refusal:
                form_errors = FormErrors(refusal=refusal)
        sentences, seal = decision.look()
    except Faulty as faulty:
        return again(FormErrors(faults=faulty.faults))
    except Refused as refusal:
        return again(FormErrors(refusal=refusal))
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _OURS]
    return render_page(
        "administration/edit/confirm.html",
        form_errors,
        summary=decision.summary,
        told=sentences,
        seal=seal,
        fields=fields,
    )


def made_at(endpoint: str, **parts: Any) -> Callable[[Decision, int], Response]:
    """Redirect to a page that reports the saved change."""
    return lambda _, number: see_other(url_for(endpoint, hecho=number, **parts))


def just_made() -> AdminChange | None:
    """The change just saved (``?hecho=``), if the member made it."""
    number = request.args.get("hecho", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    row = db.session.get(AdminChange, int(number))
    return row if row is not None and row.actor == member().actor else None
