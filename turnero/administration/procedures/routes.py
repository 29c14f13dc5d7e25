"""``/admin/tramites``: trámites with their line and public sheet."""

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, request

from turnero.administration.edit.decide import Decision, decide, made_at
from turnero.administration.procedures import edits, forms
from turnero.administration.procedures.edits import There
from turnero.agencies import queries as agencies
from turnero.agencies.models import Procedure
from turnero.core import clock
from turnero.core.language import gettext
from turnero.staff.access import Role, staff_only
from turnero.transparency.figures import MAINLAND
from turnero.web.page import NO_ERRORS, FormErrors, render_page

blueprint = Blueprint("admin_procedures", __name__, url_prefix="/admin/tramites")


@blueprint.get("")
@staff_only(Role.ADMIN)
def show_procedures() -> Response:
    return render_page(
        "administration/procedures/procedures.html", procedures=agencies.procedures(), channels=_channels()
    )


@blueprint.get("/nuevo")
@staff_only(Role.ADMIN)
def show_new_procedure() -> Response:
    return _page(None, NO_ERRORS)


@blueprint.post("/nuevo")
@staff_only(Role.ADMIN)
def submit_new_procedure() -> Response:
    def read() -> Decision:
        return edits.added(request.form, _there(), _today())

    return decide(read, lambda form_errors: _page(None, form_errors), made_at(".show_procedures"))


@blueprint.get("/<procedure_slug>")
@staff_only(Role.ADMIN)
def show_procedure_form(procedure_slug: str) -> Response:
    return _page(agencies.procedure(procedure_slug), NO_ERRORS)


@blueprint.post("/<procedure_slug>")
@staff_only(Role.ADMIN)
def submit_procedure(procedure_slug: str) -> Response:
    procedure = agencies.procedure(procedure_slug)

    def read() -> Decision:
        return edits.changed(request.form, procedure, _there(), _today())

    return decide(read, lambda form_errors: _page(procedure, form_errors), made_at(".show_procedures"))


def _page(procedure: Procedure | None, form_errors: FormErrors) -> Response:
    present = {"canal": "presencial", "minutos": "20"} if procedure is None else _present(procedure)
    return render_page(
        "administration/procedures/procedure.html",
        form_errors,
        procedure=procedure,
        typed=request.form or present,
        lines=agencies.service_lines(),
        channels=_channels(),
        parts=[replace(part, label=gettext(part.label)) for part in forms.PARTS],
    )


def _channels() -> dict[str, str]:
    return {channel: gettext(words) for channel, words in edits.CHANNELS.items()}


def _present(procedure: Procedure) -> dict[str, str]:
    return {
        "nombre": procedure.name,
        "linea": procedure.line.slug,
        "canal": procedure.channel,
        "minutos": str(procedure.minutes),
        "termino": str(procedure.term_days or ""),
    } | forms.typed_sheet(procedure.sheet)


def _there() -> There:
    return There(
        {line.slug: line.name for line in agencies.service_lines()},
        {each.slug: each.name for each in agencies.procedures()},
    )


def _today() -> date:
    return clock.local(clock.now(), MAINLAND).date()
