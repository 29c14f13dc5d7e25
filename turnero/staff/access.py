"""Who may open a page: staff by their role, devices by their pairing. Every route is in tests/access_matrix.csv.

Whoever is turned away, or asks for what is not theirs, leaves one line in the log that says who and by which rule.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ParamSpec, cast

import structlog
from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.staff import devices, sessions
from turnero.staff.actor import Actor
from turnero.staff.models import DataView, Device

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
# Under these no view is open unless it says for whom.
_GUARDED = {"agencia", "kiosco", "pantalla", "dispositivo", "admin"}
log = structlog.get_logger()


class Role(StrEnum):
    """What an account may do: attend at a window, oversee its agency, or govern the institute."""

    WINDOW = "window"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Member:
    """Somebody of the staff, signed in: of an agency unless admin, at a window once they have said which."""

    account_id: int
    email: str
    role: Role
    agency_id: int | None
    session_id: int
    window: int | None
    desk_id: int | None

    @property
    def actor(self) -> Actor:
        """As events name them."""
        return Actor.staff(self.account_id)

    @property
    def agency(self) -> int:
        """The agency of a member who has one."""
        assert self.agency_id is not None
        return self.agency_id


def signed_in() -> Member | None:
    """Who of the staff sends this request, if anybody; looked up once for it."""
    if "member" not in g:
        session = sessions.current_session()
        g.member = session and Member(
            session.account_id,
            session.account.email,
            Role(session.account.role),
            session.account.agency_id,
            session.id,
            session.window,
            session.desk_id,
        )
        if g.member:
            structlog.contextvars.bind_contextvars(actor=f"staff:{g.member.account_id}")
    return cast("Member | None", g.member)


def member() -> Member:
    """The member of the staff who sends this request; only behind ``staff_only``."""
    found = signed_in()
    assert found is not None
    return found


def device() -> Device:
    """The paired device that sends this request; only behind ``device_only``."""
    return cast(Device, g.device)


def staff_only(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let only these roles in. Nobody signed in is sent to sign in and back; another role gets a 403 page."""

    def guard(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            found = signed_in()
            if found is None:
                _tell("access_denied")
                here = request.full_path.rstrip("?") if request.method == "GET" else "/agencia"
                return redirect(url_for("staff.show_sign_in", seguir=here), 303)
            if found.role not in roles:
                _tell("access_denied")
                abort(403)
            return _theirs(view, *args, **kwargs)

        return _marked(guarded, {str(role) for role in roles})

    return guard


def device_only(kind: str) -> Callable[[View[P]], View[P]]:
    """Let only paired devices of ``kind`` (kiosk or board) in; any other gets a 403 page."""

    def guard(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            found = devices.current_device()
            if found is not None:
                structlog.contextvars.bind_contextvars(actor=f"{found.kind}:{found.id}")
            if found is None or found.kind != kind:
                _tell("access_denied")
                abort(403)
            g.device = found
            return _theirs(view, *args, **kwargs)

        return _marked(guarded, {kind})

    return guard


def open_to_everybody(view: View[P]) -> View[P]:
    """For pages among the staff's that nobody needs to be known for: signing in, and links that are keys themselves."""
    return _marked(view, {"everybody"})


def refuse_unmarked() -> None:
    """Before each request: what nobody was let into is shut, and so is a view whose author forgot to say."""
    rule = request.url_rule
    if rule is None or rule.rule.split("/")[1] not in _GUARDED:
        return
    if not getattr(current_app.view_functions[rule.endpoint], "access", None):
        _tell("access_denied")
        abort(403)


def _theirs(view: View[P], *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
    try:
        return view(*args, **kwargs)
    except NotFound:  # not there, or of another agency: the answer is the same
        _tell("not_theirs")
        raise


def _tell(event: str) -> None:
    """One line; an account that was disabled or signed out is named as well, as long as its cookie says who it was."""
    account, device = sessions.account_sent(), devices.device_sent()
    actors = [f"staff:{account}" if account else "", f"{device.kind}:{device.id}" if device else ""]
    log.warning(event, actor=" ".join(filter(None, actors)) or "nobody", rule=str(request.url_rule))


def _marked(view: View[P], who: set[str]) -> View[P]:
    cast(Any, view).access = frozenset(who)
    return view


def looked_at(kind: str, *, agency_id: int, day: date | None = None, booking_id: int | None = None) -> None:
    """Record that the signed-in member looked at people's data: agenda, csv, pdf or paper of a day, or one turn."""
    _keep(DataView(account_id=member().account_id, agency_id=agency_id, kind=kind, day=day, booking_id=booking_id))
    log.info("data_viewed", kind=kind, agency=agency_id)


@database.transaction
def _keep(view: DataView) -> None:
    view.at = clock.now()
    db.session.add(view)
