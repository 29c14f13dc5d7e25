"""``/admin/cierres``: hours closed by decree or contingency, the people displaced, and reopening."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, request, url_for
from sqlalchemy import or_, select

from turnero.administration.closures import forms
from turnero.administration.edit import displaced, reach
from turnero.administration.edit.decide import Decision, decide, made_at
from turnero.agencies import queries as agencies
from turnero.agencies.models import Closure, Desk
from turnero.booking.closures import closing
from turnero.booking.closures import scope as scopes
from turnero.booking.documents.closure_text import KINDS, span
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.staff.access import Role, staff_only
from turnero.transparency.figures import MAINLAND
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other

blueprint = Blueprint("admin_closures", __name__, url_prefix="/admin/cierres")
_BEHIND = timedelta(days=90)


@dataclass(frozen=True)
class ClosureLine:
    """A closure in words."""

    id: int
    place: str
    when: str
    kind: str
    reason: str
    withdrawn: bool


@blueprint.get("")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_closures() -> Response:
    now = clock.local(clock.now(), MAINLAND)
    found = select(Closure).where(Closure.ends > now - _BEHIND).order_by(Closure.starts.desc(), Closure.id.desc())
    if reach.only() is not None:
        found = found.where(or_(Closure.agency_id == reach.only(), Closure.scope != "agency"))
    rows = db.session.scalars(found).all()
    to_come = [_line(row) for row in reversed(rows) if row.ends > now and row.withdrawn_at is None]
    over = [_line(row) for row in rows if row.ends <= now or row.withdrawn_at is not None]
    without = displaced.count_displaced(reach.only()).people
    return render_page("administration/closures/closures.html", to_come=to_come, over=over, without=without)


@blueprint.get("/desplazados")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_displaced() -> Response:
    """Everybody displaced by any cause: a closure, changed windows or hours, a holiday."""
    return render_page(
        "administration/closures/displaced.html",
        total=displaced.count_displaced(reach.only()).people,
        lines=displaced.lost_lines(reach.only()),
        most=displaced.MAX_LINES,
        opens_turns=not reach.everywhere(),  # a supervisor may, at their own agency
    )


@blueprint.get("/nuevo")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_new_closure() -> Response:
    return _form(NO_ERRORS)


@blueprint.post("/nuevo")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_closure() -> Response:
    def read() -> Decision:
        return forms.parse_closure(request.form, reach.agencies_governed(), everywhere=reach.everywhere())

    return decide(read, _form, made_at(".show_closures"))


@blueprint.get("/<int:closure_id>")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_closure(closure_id: int) -> Response:
    return _page(_closure(closure_id))


def _page(closure: Closure) -> Response:
    """The page of a closure; people appear only by reference."""
    lost = [
        each
        for each in closing.displaced_by(closure.id)
        if reach.only() in (None, db.session.get_one(Desk, each.old_desk_id).agency_id)
    ]
    return render_page(
        "administration/closures/closure.html",
        closure=closure,
        line=_line(closure),
        people=[displaced.lost_line(each) for each in lost],
        may_reopen=closure.withdrawn_at is None and _governs(closure),
    )


@blueprint.post("/<int:closure_id>/reabrir")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_reopening(closure_id: int) -> Response:
    closure = _closure(closure_id)
    if not _governs(closure):
        raise NotFound
    if closure.withdrawn_at is not None:  # the button was pressed twice
        return see_other(url_for(".show_closures"))
    line = _line(closure)
    summary = gettext("Abre otra vez %(place)s %(when)s.", place=scopes.place_of(closure), when=line.when)
    decision = forms.Reopening(closure.id, summary)
    return decide(lambda: decision, lambda _: _page(closure), made_at(".show_closures"))


def _closure(closure_id: int) -> Closure:
    """The closure, if the member may see it. Raises NotFound."""
    found = db.session.get(Closure, closure_id)
    if found is None or (found.scope == "agency" and reach.only() not in (None, found.agency_id)):
        raise NotFound
    return found


def _governs(closure: Closure) -> bool:
    return reach.everywhere() or (closure.scope == "agency" and closure.agency_id == reach.only())


def _line(row: Closure) -> ClosureLine:
    when, withdrawn = span(row.starts, row.ends), row.withdrawn_at is not None
    return ClosureLine(row.id, scopes.place_alone(row), when, gettext(KINDS[row.kind]), row.name, withdrawn)


def _form(form_errors: FormErrors) -> Response:
    return render_page(
        "administration/closures/new.html",
        form_errors,
        typed=request.form or {"alcance": "agencia", "clase": "contingencia"},
        everywhere=reach.everywhere(),
        agencies=reach.agencies_governed(),
        provinces=agencies.provinces(),
        scopes={typed: gettext(words) for typed, words in forms.SCOPES.items()},
        kinds={typed: gettext(KINDS[kind]) for typed, kind in forms.KINDS.items()},
    )
