"""``/admin/personal`` and ``/admin/equipos``: staff accounts, kiosks and boards."""

from flask import Blueprint, Response, current_app, request
from sqlalchemy import select

from turnero.administration.edit import reach
from turnero.administration.edit.decide import Decision, decide, made_at
from turnero.administration.people import edits
from turnero.administration.people.edits import Inviting, OwnAccount, Pairing
from turnero.agencies.models import Agency
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.staff import accounts, devices
from turnero.staff.access import Role, member, staff_only
from turnero.staff.models import Account, Device
from turnero.web.page import NO_ERRORS, FormErrors, render_page

blueprint = Blueprint("admin_people", __name__, url_prefix="/admin")


@blueprint.get("/personal")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_accounts() -> Response:
    return _staff(NO_ERRORS)


def _staff(form_errors: FormErrors) -> Response:
    rows = select(Account, Agency.name).outerjoin(Agency, Agency.id == Account.agency_id).order_by(Account.email)
    if reach.only() is not None:
        rows = rows.where(Account.agency_id == reach.only())
    lines = [
        (account, name, gettext(accounts.ROLES[account.role]), accounts.account_state(account), _governs(account))
        for account, name in db.session.execute(rows)
    ]
    return render_page("administration/people/staff.html", form_errors, lines=lines)


@blueprint.get("/personal/nuevo")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_new_account() -> Response:
    return _account_form(NO_ERRORS)


@blueprint.post("/personal/nuevo")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_new_account() -> Response:
    def read() -> Inviting:
        return edits.inviting(request.form, reach.agencies_governed(), everywhere=reach.everywhere())

    return decide(read, _account_form, _link)


@blueprint.post("/personal/<int:account_id>/restablecer")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_account_reset(account_id: int) -> Response:
    account = _account(account_id)
    return decide(lambda: edits.resetting(account), _staff, _link)


@blueprint.post("/personal/<int:account_id>/deshabilitar")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_account_disabling(account_id: int) -> Response:
    account = _account(account_id)

    def read() -> Decision:
        if account.id == member().account_id:
            raise OwnAccount
        return edits.Disabling(account.email)

    return decide(read, _staff, made_at(".show_accounts"))


@blueprint.get("/equipos")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_devices() -> Response:
    return _devices(NO_ERRORS)


def _devices(form_errors: FormErrors) -> Response:
    rows = select(Device, Agency.name).join(Agency, Agency.id == Device.agency_id).order_by(Agency.name, Device.name)
    if reach.only() is not None:
        rows = rows.where(Device.agency_id == reach.only())
    lines = [(device, name, devices.device_state(device)) for device, name in db.session.execute(rows)]
    return render_page("administration/people/devices.html", form_errors, lines=lines)


@blueprint.get("/equipos/nuevo")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_new_device() -> Response:
    return _device_form(NO_ERRORS)


@blueprint.post("/equipos/nuevo")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_new_device() -> Response:
    def read() -> Pairing:
        return edits.pairing(request.form, reach.agencies_governed())

    return decide(read, _device_form, _link)


@blueprint.post("/equipos/<int:device_id>/quitar")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_device_revocation(device_id: int) -> Response:
    device = db.session.get(Device, device_id)
    if device is None:
        raise NotFound
    reach.require_governed(device.agency_id)
    return decide(lambda: edits.Revoking(device), _devices, made_at(".show_devices"))


def _account(account_id: int) -> Account:
    """The account, if the member governs it. Raises NotFound."""
    found = db.session.get(Account, account_id)
    if found is None or not _governs(found):
        raise NotFound
    return found


def _governs(account: Account) -> bool:
    return reach.everywhere() or (account.role == Role.WINDOW and account.agency_id == reach.only())


def _account_form(form_errors: FormErrors) -> Response:
    roles = list(accounts.ROLES.values()) if reach.everywhere() else ["ventanilla"]
    return render_page(
        "administration/people/account_new.html",
        form_errors,
        typed=request.form or {"papel": "ventanilla"},
        agencies=reach.agencies_governed(),
        roles=[(name, gettext(name).capitalize()) for name in roles],
    )


def _device_form(form_errors: FormErrors) -> Response:
    typed = request.form or {"tipo": "kiosco"}
    return render_page(
        "administration/people/device_new.html", form_errors, typed=typed, agencies=reach.agencies_governed()
    )


def _link(decision: Inviting | Pairing, _number: int) -> Response:
    """The page that shows a link, once, for one person or device."""
    address = f"{current_app.config['SETTINGS'].base_url}{decision.path}"
    return render_page("administration/people/link.html", summary=decision.summary, address=address)
