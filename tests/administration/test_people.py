"""Accounts, devices, and how far a supervisor governs."""

from datetime import datetime

from sqlalchemy import select

from tests.support.pages.walking import token_of
from tests.support.rows.build import (
    create_agency,
    create_closure,
    create_desk,
)
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from turnero.agencies.models import Closure
from turnero.core.extensions import db
from turnero.staff import accounts, devices
from turnero.staff.accounts import Post
from turnero.staff.models import Account, Device
from turnero.transparency.complaints import complaints
from turnero.transparency.complaints.complaints import Said


def test_an_account_gets_its_link_once_and_its_reset_ends_its_sessions(app, admin, desk):
    new = {"papel": "supervisor", "agencia": desk.agency.slug}
    admin.send("/admin/personal/nuevo", correo="Nueva@example.ec", **new)
    assert admin.told()[0].startswith("Verá la agenda y el control")
    admin.client.submit(admin.form(), paso="guardar")
    link = admin.page.one(id="enlace").text
    assert app.test_client().get(link[link.index("/agencia/") :]).status_code == 200
    account = db.session.scalars(select(Account).where(Account.email == "nueva@example.ec")).one()
    theirs = signed_in(app, account, None)
    assert theirs.get("/agencia/control").status_code == 200
    admin.get("/admin/personal")
    (reset,) = (form for form in admin.page.all("form") if form.get("action").endswith(f"{account.id}/restablecer"))
    admin.client.submit(reset)
    admin.client.submit(admin.form(), paso="guardar")
    assert admin.page.one(id="enlace").text != link
    assert theirs.get("/agencia/control").status_code == 303


def test_an_existing_account_is_reported_in_preview_and_on_saving(admin, desk):
    new = {"correo": "nueva@example.ec", "papel": "supervisor", "agencia": desk.agency.slug}
    assert admin.send("/admin/personal/nuevo", **new) == 200
    seen = admin.form()
    create_account(desk.agency, "supervisor", "nueva@example.ec")
    assert admin.client.submit(seen, paso="guardar").status_code == 422
    assert "Ya existe una cuenta" in admin.page.text
    assert admin.send("/admin/personal/nuevo", **new) == 422
    assert "Ya existe una cuenta" in admin.page.text


def test_activating_an_account_is_confirmed(app):
    token = accounts.add_account("rosa@example.ec", Post("window", create_agency().id))
    client = app.test_client()
    client.get(f"/agencia/activar/{token}")
    answer = client.submit(client.page.form(), clave="cometa lenta azul", clave2="cometa lenta azul")
    assert "Su cuenta está activa. Entre con su correo y su clave." in client.page.text, answer
    client.get("/agencia/entrar")
    assert "Su cuenta está activa" not in client.page.text


def test_nobody_disables_their_own_account(admin):
    me = db.session.scalars(select(Account)).one()
    admin.get("/admin/personal")
    (disable,) = (form for form in admin.page.all("form") if form.get("action").endswith("/deshabilitar"))
    assert admin.client.submit(disable).status_code == 422
    assert "su propia cuenta" in admin.page.text
    db.session.refresh(me)
    assert me.disabled_at is None


def test_a_device_is_paired_and_taken_away(admin, desk):
    admin.send("/admin/equipos/nuevo", nombre="puerta", agencia=desk.agency.slug)
    admin.client.submit(admin.form(), paso="guardar")
    assert "/dispositivo/" in admin.page.one(id="enlace").text
    admin.get("/admin/equipos")
    admin.client.submit(admin.form())
    admin.client.submit(admin.form(), paso="guardar")
    db.session.rollback()
    assert db.session.scalars(select(Device.revoked_at)).one() is not None


def test_a_device_is_of_an_agency_that_was_chosen(admin, supervisor, desk, procedure):
    create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=1)
    assert admin.send("/admin/equipos/nuevo", nombre="puerta") == 422
    assert set(admin.page.errors) == {"agencia"}
    assert supervisor(desk.agency).send("/admin/equipos/nuevo", nombre="puerta") == 200  # has one agency only


def test_the_preview_reports_a_name_taken_at_another_agency(admin, desk, procedure):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=1)
    create_device(other.agency, name="puerta")
    assert admin.send("/admin/equipos/nuevo", nombre="puerta", agencia=desk.agency.slug) == 422
    assert "Ya hay un equipo con el nombre puerta" in admin.page.text


def test_pairing_again_describes_the_effect_on_the_present_device(app, admin, desk):
    again = {"nombre": "puerta", "tipo": "kiosco", "agencia": desk.agency.slug}
    device = create_device(desk.agency, name="puerta")
    admin.send("/admin/equipos/nuevo", **again)
    assert "el anterior deja de servir" in admin.told()[1]
    kiosk = paired(app, device)
    admin.send("/admin/equipos/nuevo", **again)
    assert "Sigue funcionando hasta que se abra el enlace" in admin.told()[1]
    admin.client.submit(admin.form(), paso="guardar")
    assert kiosk.get("/kiosco").status_code == 200  # as it was said
    link = admin.page.one(id="enlace").text
    devices.pair(link.rpartition("/")[2])
    assert kiosk.get("/kiosco").status_code != 200
    devices.revoke("puerta")
    admin.send("/admin/equipos/nuevo", **again)
    assert "Ese equipo está sin acceso" in admin.told()[1]


def test_a_supervisor_governs_the_own_agency_alone(supervisor, desk, procedure, closing_hours):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=1)
    complaints.file_complaint(Said("k", "complaint", "De la otra", other.agency.slug), "b")
    create_closure(
        datetime(2027, 3, 1), datetime(2027, 3, 2), scope="agency", agency_id=other.agency_id, name="De la otra"
    )
    me = supervisor(desk.agency)
    for section in ("agencias", "cierres", "personal", "equipos", "esperas", "quejas", "estadisticas", "registro"):
        text = me.get(f"/admin/{section}").text
        assert other.agency.name not in text
        assert "De la otra" not in text
    for section in ("tramites", "feriados", "limites", "correos", "agencias/nueva", "catalogo.yaml"):
        assert me.client.get(f"/admin/{section}").status_code == 403
        assert f"/admin/{section}" not in me.page.links.values()
    me.save("/admin/cierres/nuevo", **closing_hours(agencia=desk.agency.slug))
    assert db.session.scalars(select(Closure.scope).order_by(Closure.id.desc())).first() == "agency"
    assert me.send("/admin/cierres/nuevo", **closing_hours(agencia=other.agency.slug)) == 422
    whole = {**closing_hours(alcance="pais", agencia=desk.agency.slug), "csrf_token": token_of(me.client)}
    assert me.client.post("/admin/cierres/nuevo", data=whole).status_code == 200  # read as the own agency's
    assert "todo el país" not in me.page.text
    assert me.send("/admin/personal/nuevo", correo="x@example.ec", papel="admin", agencia=desk.agency.slug) == 422
    assert me.send("/admin/personal/nuevo", correo="x@example.ec", agencia=other.agency.slug) == 422
