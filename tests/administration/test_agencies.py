"""Agencies and trámites as they are edited: every form filled in wrong, looked at, corrected and saved."""

import pytest
from sqlalchemy import select

from tests.support.inspection.tables import OF_LOOKING, tables_now
from tests.support.rows.build import (
    create_agency,
    create_line,
    create_province,
    next_workday,
    today,
)
from tests.support.rows.visits import booked, turn
from turnero.agencies import queries
from turnero.agencies.catalogue import export
from turnero.agencies.catalogue.load import load_catalogue_path
from turnero.agencies.catalogue.text import as_yaml
from turnero.core.extensions import db
from turnero.staff.models import AdminChange

NEW = {"nombre": "Agencia Ñuñoa", "tipo": "agencia", "canton": "Quito", "provincia": "17"}


def test_an_agency_is_opened_with_hours_windows_and_a_tramite(app, admin, saved):
    """From nothing: what is missing is said, each with where it is done, until the public can book."""
    create_province()
    admin.save("/admin/agencias/nueva", **NEW)
    assert admin.page.h1 == "Agencia Ñuñoa"
    assert "Todavía no da turnos" in admin.page.text
    admin.save("/admin/tramites/nuevo", nombre="Entrega de claves", linea_nueva="Información", minutos="20")
    assert admin.save("/admin/agencias/agencia-nunoa/ventanillas", ventanillas="2")[0].startswith("Crea ")
    assert "Todavía no da turnos" not in admin.page.text
    assert "Información: 2 ventanillas, un turno cada 20 minutos, desde el" in admin.page.text
    procedure = queries.procedure("entrega-de-claves")
    assert [agency.slug for agency in queries.agencies_offering("17", procedure)] == ["agencia-nunoa"]
    citizen = app.test_client()
    citizen.get("/agencias?provincia=17")
    assert "Próximo turno" in citizen.page.text
    assert len(saved()) == 3


def test_what_is_edited_exports_to_a_catalogue_that_loads_to_the_same(make_app, admin, desk, there, tmp_path):
    admin.save(f"{there}/horario", **{"abre-5-0": "09:00", "cierra-5-0": "13:00", "hasta": "2026-12-31"})
    admin.save(f"{there}/dias", ventanillas="1", hasta="2026-11-20")
    admin.save(f"{there}/limites", reserva="9", sorteo_desde="2026-12-07", espera_desde="1", espera_hasta="9")
    admin.save("/admin/limites", tope_dia="1", tope_semana="2", tope_mes="3", abre_desde="07:00", abre_hasta="09:00")
    admin.save(
        "/admin/tramites/nuevo",
        nombre="Con ficha",
        linea=desk.line.slug,
        descripcion="De qué: se trata",
        lleve="Su cédula\nUna copia",
        contacto="Mesa de ayuda",
        contacto_correo="ayuda@example.ec",
        enlace="https://www.example.ec/a",
        enlace_texto="Aquí",
    )
    admin.save("/admin/feriados/nuevo", fecha="2026-12-06", nombre="Fundación", provincia="17", confirmado="si")
    answer = admin.client.get("/admin/catalogo.yaml")
    file = tmp_path / "catalogo.yaml"
    file.write_bytes(answer.data)
    with make_app("sqlite"):
        load_catalogue_path(file)
        assert as_yaml(export.exported()).encode() == answer.data


@pytest.mark.parametrize(
    ("part", "typed", "wrong"),
    [
        ("horario", {"abre-0-0": "17:00", "cierra-0-0": "08:00"}, {"cierra-0-0"}),
        ("horario", {"abre-0-0": "mañana", "desde": "ayer"}, {"abre-0-0", "desde"}),
        ("horario", {"abre-0-1": "09:00", "cierra-0-1": "10:00"}, {"abre-0-1"}),
        ("horario", {"hasta": "2026-11-01"}, {"hasta"}),
        ("horario", {"desde": "2026-11-01"}, {"desde"}),
        ("ventanillas", {"ventanillas": "-1", "minutos": "4"}, {"ventanillas", "minutos"}),
        ("ventanillas", {"linea": "otra", "ventanillas": "1"}, {"linea"}),
        ("dias", {"hasta": "2029-01-01", "ventanillas": "201"}, {"hasta", "ventanillas"}),
        ("datos", {"nombre": " ", "canton": "x" * 121, "tipo": "kiosco"}, {"nombre", "canton", "tipo"}),
        ("limites", {"reserva": "16"}, {"reserva"}),
        ("limites", {"tope_dia": "3", "tope_semana": "2", "tope_mes": ""}, {"tope_semana", "tope_mes"}),
        ("limites", {"abre_desde": "10:00", "abre_hasta": "09:00"}, {"abre_hasta"}),
        ("limites", {"espera_desde": "9", "espera_hasta": "5"}, {"espera_hasta"}),
        ("limites", {"sorteo_desde": "2026-12-08"}, {"sorteo_desde"}),
        ("limites", {"sorteo_desde": "2026-12-07", "sorteo_abre": "4"}, {"sorteo_cierra"}),
    ],
)  # fmt: skip
def test_errors_are_shown_beside_their_fields_and_input_is_kept(admin, there, part, typed, wrong):
    assert admin.send(f"{there}/{part}", **typed) == 422
    assert set(admin.page.errors) == wrong
    for name, value in typed.items():
        controls = admin.page.all("input", name=name)
        if controls and controls[0].get("type") != "radio":
            assert controls[0].get("value") == value
    assert db.session.scalars(select(AdminChange)).all() == []


def hints(page):
    """What stands below each field that has a word on it."""
    return {hint["id"].removesuffix("-hint"): hint.text for hint in page.all("p", class_="hint")}


def test_an_empty_limit_shows_the_usual_value(admin, there):
    before = hints(admin.get("/admin/limites"))
    assert (before["abre_desde"], before["sorteo_desde"]) == ("Vacío: 08:00.", "Un lunes. Vacío: sin sorteo.")
    assert before["sorteo_abre"] == "De 4 a 60."
    assert before["sorteo_cierra"] == "De 3 a 30, y menos que los de antes."
    admin.save(
        "/admin/limites",
        abre_desde="07:00",
        abre_hasta="09:00",
        sin_turno="no",
        sorteo_desde="2026-12-07",
        sorteo_abre="20",
        sorteo_cierra="9",
    )
    assert hints(admin.get("/admin/limites"))["abre_desde"] == "Vacío: 08:00."
    inherited = hints(admin.get(f"{there}/limites"))
    assert inherited["abre_desde"] == "Vacío: 07:00 a 09:00."
    assert inherited["sorteo_desde"] == "Un lunes. Vacío: desde el lunes 7 de diciembre de 2026."
    assert "Lo usual: no" in admin.page.text
    assert [admin.page.one("input", name=name)["value"] for name in ("sorteo_abre", "sorteo_cierra")] == ["20", "9"]


def test_a_tramite_of_one_minute_uses_the_singular(admin, saved):
    create_line("cartera", "Cartera")
    admin.save("/admin/tramites/nuevo", nombre="Sello", linea="cartera", minutos="1")
    assert saved() == ["Agrega el trámite «Sello», de 1 minuto, en la línea Cartera, canal «En ventanilla»."]


def test_going_back_to_correct_keeps_the_input(admin, there, saved):
    admin.send(f"{there}/dias", ventanillas="1", hasta="2026-11-20")
    assert admin.client.submit(admin.form(), paso="corregir").status_code == 200
    assert admin.page.one("input", name="hasta").get("value") == "2026-11-20"
    assert saved() == []


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"nombre": ""}, {"nombre"}),
        ({"provincia": "99", "direccion_web": "Con Espacio"}, {"provincia", "direccion_web"}),
    ],
)
def test_a_new_agency_that_is_wrong(app, admin, typed, wrong):
    create_province()
    assert admin.send("/admin/agencias/nueva", **NEW | typed) == 422
    assert set(admin.page.errors) == wrong


def test_two_agencies_do_not_have_one_address(app, admin):
    create_agency(slug="agencia-nunoa")
    assert admin.send("/admin/agencias/nueva", **NEW) == 422
    assert set(admin.page.errors) == {"direccion_web"}


def test_no_agency_has_the_address_of_the_form_that_adds_one(app, admin):
    create_province()
    assert admin.send("/admin/agencias/nueva", **NEW | {"nombre": "Nueva"}) == 422
    assert set(admin.page.errors) == {"direccion_web"}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"minutos": "0", "canal": "x", "termino": "y"}, {"minutos", "canal", "termino"}),
        ({"enlace": "http://www.example.ec", "enlace_texto": "Aquí"}, {"enlace"}),
        ({"enlace": "https://www.example.ec"}, {"enlace_texto"}),
        ({"contacto_correo": "ayuda@example.ec"}, {"contacto"}),
        ({"contacto": "Mesa", "contacto_correo": "no es"}, {"contacto_correo"}),
        ({"siguientes": "no-existe"}, {"siguientes"}),
        ({"lleve": "x" * 1001}, {"lleve"}),
        ({"linea_nueva": "Cartera"}, {"linea_nueva"}),
    ],
)
def test_a_tramite_that_is_wrong(admin, typed, wrong):
    create_line("cartera", "Cartera")
    assert admin.send("/admin/tramites/nuevo", **{"nombre": "Otro", "linea": "cartera"} | typed) == 422
    assert set(admin.page.errors) == wrong


def test_a_tramite_that_changes_its_line_says_whom_it_displaces(admin, desk, procedure):
    there = booked(desk, procedure, 540, day=next_workday())
    create_line("otra", "Otra")
    said = admin.save(f"/admin/tramites/{procedure.slug}", linea="otra")
    assert "1 persona afectada: pierde su hora." in said
    assert turn(there).status == "displaced"


def test_looking_at_a_change_writes_nothing(admin, desk, there, procedure):
    booked(desk, procedure, 540, day=next_workday())
    before = tables_now(but=OF_LOOKING)
    admin.send(f"{there}/dias", ventanillas="0", desde=today().isoformat(), hasta="2026-12-31")
    assert "1 persona afectada: pierde su hora." in admin.told()
    assert tables_now(but=OF_LOOKING) == before
