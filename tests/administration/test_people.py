"""Accounts, devices, and how far a supervisor governs."""

from datetime import datetime

from sqlalchemy import select

from tests.support.build import (
    create_agency,
    create_closure,
    create_desk,
)
from tests.support.staff import signed_in
from tests.support.walking import token_of
from turnero.agencies.models import Closure
from turnero.extensions import db
from turnero.staff.models import Account, Device
from turnero.transparency import complaints
from turnero.transparency.complaints import Said


def test_an_account_gets_its_link_once_and_its_reset_ends_its_sessions(app, admin, desk):
    new = {"papel": "supervisor", "agencia": desk.agency.slug}
    admin.send("/admin/personal/nuevo", correo="Nueva@example.ec", **new)
    assert admin.told()[0].startswith("Verá la agenda y el control")
    admin.client.submit(admin.form(), paso="guardar")
    link = admin.page.one(id="enlace").text
    assert app.test_client().get(link[link.index("/agencia/") :]).status_code == 200
    assert (
        admin.send("/admin/personal/nuevo", correo="nueva@example.ec", papel="supervisor", agencia=desk.agency.slug)
        == 200
    )
    assert admin.client.submit(admin.form(), paso="guardar").status_code == 422
    assert "Ya existe una cuenta" in admin.page.text
    account = db.session.scalars(select(Account).where(Account.email == "nueva@example.ec")).one()
    theirs = signed_in(app, account, None)
    assert theirs.get("/agencia/control").status_code == 200
    admin.get("/admin/personal")
    (reset,) = (form for form in admin.page.all("form") if form.get("action").endswith(f"{account.id}/restablecer"))
    admin.client.submit(reset)
    admin.client.submit(admin.form(), paso="guardar")
    assert admin.page.one(id="enlace").text != link
    assert theirs.get("/agencia/control").status_code == 303


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


def test_a_supervisor_governs_the_own_agency_alone(supervisor, desk, procedure, closing_hours):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=1)
    complaints.file(Said("k", "complaint", "De la otra", other.agency.slug), "b")
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
