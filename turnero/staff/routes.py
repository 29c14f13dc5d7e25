"""``/agencia/entrar``, ``salir``, ``activar``: staff sign-in; ``/dispositivo``: pairing a device."""

import hashlib

import structlog
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from turnero.core.errors import Faulty
from turnero.core.language import gettext
from turnero.core.qr import picture
from turnero.staff import accounts, cookies, devices, forms, sessions, totp
from turnero.staff.access import Role, member, open_to_everybody, refuse_unmarked, signed_in, staff_only
from turnero.staff.models import Account
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other
from turnero.web.session import browser

blueprint = Blueprint("staff", __name__)
blueprint.add_app_template_global(signed_in)  # the layout of staff pages
blueprint.before_app_request(refuse_unmarked)
log = structlog.get_logger()


@blueprint.get("/agencia")
@staff_only(*Role)
def show_staff_home() -> ResponseReturnValue:
    return see_other("/agencia/agenda" if member().agency_id is not None else "/admin")


@blueprint.get("/agencia/entrar")
@open_to_everybody
def show_sign_in() -> Response:
    if signed_in() is not None:
        return see_other(forms.own_path(request.args.get("seguir"), "/agencia"))
    return _sign_in_page(NO_ERRORS)


@blueprint.post("/agencia/entrar")
@open_to_everybody
def submit_sign_in() -> Response:
    try:
        form = forms.SignInForm(request.form).parsed()
        email = form.correo.data
        source = hashlib.sha256(f"source:{request.remote_addr}".encode()).hexdigest()
        key = accounts.sign_in(accounts.Attempt(email, form.clave.data, form.totp.data, source, browser()))
    except Faulty as faulty:
        return _sign_in_page(FormErrors(faults=faulty.faults))
    except accounts.SignInRefused as wrong:
        log.warning("sign_in_failed", account=accounts.account_hash(email)[:12])
        return _sign_in_page(FormErrors(faults={"clave": wrong}))
    except accounts.SignInTooSoon as refusal:
        log.warning("sign_in_slowed", account=accounts.account_hash(email)[:12])
        return _sign_in_page(FormErrors(refusal=refusal))
    log.info("signed_in", account=accounts.account_hash(email)[:12])
    before = signed_in()
    if before is not None:
        sessions.end(before.session_id)  # ends the session on the server, so that a copied cookie is useless
    answer = see_other(forms.own_path(request.form.get("seguir"), "/agencia"))
    cookies.put(answer, sessions.COOKIE, key)
    return answer


def _sign_in_page(form_errors: FormErrors) -> Response:
    seguir = forms.own_path(request.values.get("seguir"), "")
    activated = request.method == "GET" and request.args.get("cuenta") == "activa"
    typed = {"correo": forms.SignInForm(request.form).correo.typed}  # neither password nor code
    return render_page(
        "staff/sign_in.html", form_errors, form=forms.SignInForm(data=typed), seguir=seguir, activated=activated
    )


@blueprint.post("/agencia/salir")
@open_to_everybody
def submit_sign_out() -> Response:
    found = signed_in()
    if found is not None:
        sessions.end(found.session_id)
        log.info("signed_out", account=found.account_id)
    answer = see_other(url_for("staff.show_sign_in"))
    cookies.drop(answer, sessions.COOKIE)
    return answer


@blueprint.get("/agencia/activar/<token>")
@open_to_everybody
def show_activation(token: str) -> Response:
    return _activation_page(token, accounts.to_activate(token), NO_ERRORS)


@blueprint.post("/agencia/activar/<token>")
@open_to_everybody
def submit_activation(token: str) -> Response:
    account = accounts.to_activate(token)
    try:
        form = forms.ActivationForm(request.form).parsed_for(account)
        accounts.activate(token, form.clave.data, form.totp.data)
    except Faulty as faulty:
        return _activation_page(token, account, FormErrors(faults=faulty.faults))
    except accounts.TotpWrong as wrong:
        return _activation_page(token, accounts.to_activate(token), FormErrors(faults={"totp": wrong}))
    log.info("account_activated", account=account.id)
    return see_other(url_for("staff.show_sign_in", cuenta="activa"))


def _activation_page(token: str, account: Account, form_errors: FormErrors) -> Response:
    secret = accounts.totp_secret(account)
    title = gettext("Código QR para la aplicación")
    return render_page(
        "staff/activate.html",
        form_errors,
        form=forms.ActivationForm(),
        token=token,
        email=account.email,
        secret=secret,
        picture=picture(totp.totp_address(secret, account.email), title) if secret else None,
    )


@blueprint.get("/dispositivo/<token>")
@open_to_everybody
def show_pairing(token: str) -> str:
    return render_template("staff/pair.html", token=token, device=devices.to_pair(token))


@blueprint.post("/dispositivo/<token>")
@open_to_everybody
def submit_pairing(token: str) -> Response:
    key, kind = devices.pair(token)
    log.info("device_paired", kind=kind)
    answer = see_other("/kiosco" if kind == "kiosk" else "/pantalla")
    cookies.put(answer, devices.COOKIE, key, max_age=devices.COOKIE_SECONDS)
    return answer
