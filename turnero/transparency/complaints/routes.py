"""``/queja``: file a complaint, and see its answer by number."""

import secrets

from flask import Blueprint, Response, request, url_for

from turnero.agencies import queries as agencies
from turnero.core.errors import Faulty, Refused
from turnero.transparency.complaints import complaints
from turnero.transparency.complaints.forms import ComplaintForm
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other
from turnero.web.session import browser

blueprint = Blueprint("complaint", __name__, url_prefix="/queja")


@blueprint.get("")
def show_complaint_form() -> Response:
    return _page(ComplaintForm(data={"solicitud": secrets.token_urlsafe(16)}))


@blueprint.post("")
def submit_complaint() -> Response:
    form = ComplaintForm(request.form)
    try:
        number = complaints.file_complaint(form.said(), browser())
    except Faulty as error:
        return _page(form, FormErrors(faults=error.faults))
    except Refused as error:
        return _page(form, FormErrors(refusal=error))
    return see_other(url_for("complaint.show_complaint_received", number=number))


@blueprint.get("/<number>")
def show_complaint_received(number: str) -> Response:
    """The state and answer of a complaint by number, without its text."""
    return render_page("transparency/complaints/complaint.html", complaint=complaints.by_number(number))


def _page(form: ComplaintForm, form_errors: FormErrors = NO_ERRORS) -> Response:
    return render_page("transparency/complaints/complain.html", form_errors, form=form, agencies=agencies.agencies())
