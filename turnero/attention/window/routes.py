"""Turns at the window: walk-ins and assisted turns, one turn with its history, cancelling, reassigning."""

import secrets
from datetime import date
from itertools import groupby

from flask import Blueprint, Response, render_template, request, url_for

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.errors import NotNow
from turnero.attention.day.queries import booking_here, today_at, visit_of
from turnero.attention.window import forms as window_forms
from turnero.attention.window import turns
from turnero.attention.window.pages import TurnPage
from turnero.booking.documents.turn_text import TurnText
from turnero.booking.journey import forms
from turnero.booking.turn.errors import UnknownPlace
from turnero.booking.turn.lifecycle import SEATED
from turnero.core import clock, formatting
from turnero.core.errors import Faulty, NotFound, Refused
from turnero.core.extensions import db
from turnero.staff.access import Role, looked_at, member, staff_only
from turnero.web import page
from turnero.web.page import NO_ERRORS, FormErrors, see_other

blueprint = Blueprint("window", __name__, url_prefix="/agencia/turnos")


@blueprint.get("/nuevo")
@staff_only(Role.WINDOW)
def show_new_turn() -> Response:
    """An empty form with a random key, so that sending it twice makes one turn."""
    return _form(window_forms.AskedForm(data={"solicitud": secrets.token_urlsafe(12)}))


@blueprint.post("")
@staff_only(Role.WINDOW)
def submit_new_turn() -> Response:
    """``ver`` shows the trámite's free hours; otherwise make the turn, now or at the chosen hour."""
    form = window_forms.AskedForm(request.form)
    if "ver" in request.form:
        return _form(form, _no_procedure(form), ask_hours=True)
    try:
        asked = form.asked()
        made = (turns.add_assisted if asked.hour else turns.add_walk_in)(asked, _by())
    except Faulty as error:
        return _form(form, FormErrors(faults=error.faults))
    except UnknownPlace as error:
        return _form(form, FormErrors(faults={"tramite": error}))
    except Refused as refusal:
        return _form(form, FormErrors(refusal=refusal, conflict=True))
    return see_other(url_for("window.show_turn_details", booking_id=made))


def _no_procedure(form: window_forms.AskedForm) -> FormErrors:
    return NO_ERRORS if form.tramite.typed else FormErrors(faults={"tramite": forms.ProcedureMissing()})


def _form(form: window_forms.AskedForm, form_errors: FormErrors = NO_ERRORS, *, ask_hours: bool = False) -> Response:
    agency_id = member().agency
    agency = db.session.get_one(Agency, agency_id)
    procedures = agencies.procedures_at(agency)
    hours: tuple[turns.FreeHour, ...] = ()
    wanted = form.tramite.typed
    shown = ask_hours or bool(form.hora.typed)
    if shown and any(procedure.slug == wanted for procedure in procedures):
        hours = turns.free_hours(wanted, agency_id)
    return page.render_page(
        "attention/window/new.html",
        form_errors,
        form=form,
        procedures=procedures,
        shown=shown,
        days=_by_day(hours, today_at(agency_id, clock.now())),
        agency_name=agency.name,
        override="cedula" in form_errors.faults or bool(form.cedula_revisada.typed),
    )


def _by_day(hours: tuple[turns.FreeHour, ...], today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Options by day: posted value and label."""
    return [
        (formatting.relative_day(day, today), [_option(hour) for hour in of_day])
        for day, of_day in groupby(hours, key=lambda hour: hour.day)
    ]


def _option(hour: turns.FreeHour) -> tuple[str, str]:
    time = formatting.clock_time(hour.minute)
    return f"{hour.day.isoformat()}T{time}", f"{time}, {formatting.places_left(hour.free).lower()}"


@blueprint.get("/<int:booking_id>")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_turn_details(booking_id: int) -> Response:
    return _details(booking_id)


def _details(booking_id: int, form_errors: FormErrors = NO_ERRORS) -> Response:
    """The details of one turn; viewing them is recorded."""
    agency_id = member().agency
    booking_here(booking_id, agency_id)
    looked_at("turn", agency_id=agency_id, booking_id=booking_id)
    turn = TurnPage.of(booking_here(booking_id, agency_id))
    return page.render_page(
        "attention/window/turn.html", form_errors, turn=turn, text=TurnText.of(turn.booking), clerk=_clerk()
    )


def _clerk() -> bool:
    return member().role == Role.WINDOW


@blueprint.get("/<int:booking_id>/ticket")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_slip(booking_id: int) -> Response:
    """The slip for 80 mm paper, of a waiting ticket or a future turn. Raises NotFound without a place."""
    booking = booking_here(booking_id, member().agency)
    if booking.status not in SEATED:
        raise NotFound
    values = {"booking": booking, "text": TurnText.of(booking), "visit": visit_of(booking_id)}
    return Response(render_template("attention/window/slip.html", **values), mimetype="text/html")


@blueprint.get("/<int:booking_id>/cancelar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_staff_cancelling(booking_id: int) -> Response:
    return _cancel_page(booking_id)


@blueprint.post("/<int:booking_id>/cancelar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_staff_cancelling(booking_id: int) -> Response:
    try:
        turns.cancel_at_window(booking_id, _by(), window_forms.CancellingForm(request.form).parsed().motivo.data)
    except Faulty as error:
        return _cancel_page(booking_id, FormErrors(faults=error.faults))
    except Refused as refusal:
        return _details(booking_id, FormErrors(refusal=refusal, conflict=True))
    return see_other(url_for("window.show_turn_details", booking_id=booking_id))


def _cancel_page(booking_id: int, form_errors: FormErrors = NO_ERRORS) -> Response:
    booking = booking_here(booking_id, member().agency)
    return page.render_page(
        "attention/window/cancel.html",
        form_errors,
        booking=booking,
        text=TurnText.of(booking),
        form=window_forms.CancellingForm(request.form),
    )


@blueprint.get("/<int:booking_id>/reasignar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_reassigning(booking_id: int) -> Response:
    return _reassign_page(booking_id)


@blueprint.post("/<int:booking_id>/reasignar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_reassigning(booking_id: int) -> Response:
    holder = booking_here(booking_id, member().agency).cedula
    try:
        turns.reassign_to(booking_id, _by(), window_forms.ReassigningForm(request.form).contact(holder))
    except Faulty as error:
        return _reassign_page(booking_id, FormErrors(faults=error.faults))
    except NotNow as refusal:
        return _details(booking_id, FormErrors(refusal=refusal, conflict=True))
    return see_other(url_for("window.show_turn_details", booking_id=booking_id))


def _reassign_page(booking_id: int, form_errors: FormErrors = NO_ERRORS) -> Response:
    booking = booking_here(booking_id, member().agency)
    form = window_forms.ReassigningForm(request.form)
    return page.render_page(
        "attention/window/reassign.html", form_errors, booking=booking, text=TurnText.of(booking), form=form
    )


def _by() -> Clerk:
    return Clerk(member().actor, member().agency, member().window)
