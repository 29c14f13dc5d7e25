"""Access to pages: staff by role, devices by pairing. Every route is listed in tests/access_matrix.csv.

Each refused request leaves one log line with actor and rule.
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
# URL prefixes under which every view must declare who may open it.
_GUARDED = {"agencia", "kiosco", "pantalla", "dispositivo", "admin"}
log = structlog.get_logger()


class Role(StrEnum):
    """Roles: attend at a window, oversee an agency, or administer the institute."""

    WINDOW = "window"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Member:
    """A signed-in staff member; admins have no agency, and a window exists once chosen."""

    account_id: int
    email: str
    role: Role
    agency_id: int | None
    session_id: int
    window: int | None
    desk_id: int | None

    @property
    def actor(self) -> Actor:
        """The member as an event's actor."""
        return Actor.staff(self.account_id)

    @property
    def agency(self) -> int:
        """The member's agency; raises for an admin."""
        assert self.agency_id is not None
        return self.agency_id


def signed_in() -> Member | None:
    """The staff member of this request, if any; looked up once."""
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
    """The staff member of this request; only in views under ``staff_only``."""
    found = signed_in()
    assert found is not None
    return found


def device() -> Device:
    """The paired device of this request; only in views under ``device_only``."""
    return cast(Device, g.device)


def staff_only(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Allow only these roles. Without a session redirect to sign in; another role gets 403."""

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
    """Allow only paired devices of ``kind`` (kiosk or board); others get 403."""

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
    """Mark a staff page as public: signing in, and links that carry their own key."""
    return _marked(view, {"everybody"})


def refuse_unmarked() -> None:
    """Before each request: refuse views under the staff prefixes that declare no access rule."""
    rule = request.url_rule
    if rule is None or rule.rule.split("/")[1] not in _GUARDED:
        return
    if not getattr(current_app.view_functions[rule.endpoint], "access", None):
        _tell("access_denied")
        abort(403)


def _theirs(view: View[P], *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
    try:
        return view(*args, **kwargs)
    except NotFound:  # missing, or of another agency: the same answer
        _tell("not_theirs")
        raise


def _tell(event: str) -> None:
    """Log the refusal; names disabled or signed-out accounts too, if their cookie identifies them."""
    account, device = sessions.account_sent(), devices.device_sent()
    actors = [f"staff:{account}" if account else "", f"{device.kind}:{device.id}" if device else ""]
    log.warning(event, actor=" ".join(filter(None, actors)) or "nobody", rule=str(request.url_rule))


def _marked(view: View[P], who: set[str]) -> View[P]:
    cast(Any, view).access = frozenset(who)
    return view


def looked_at(kind: str, *, agency_id: int, day: date | None = None, booking_id: int | None = None) -> None:
    """Record that the signed-in member viewed personal data: agenda, csv, pdf or paper of a day, or one turn."""
    _keep(DataView(account_id=member().account_id, agency_id=agency_id, kind=kind, day=day, booking_id=booking_id))
    log.info("data_viewed", kind=kind, agency=agency_id)


@database.transaction
def _keep(view: DataView) -> None:
    view.at = clock.now()
    db.session.add(view)
