"""Editing trámites: the preview describes the effect on the trámite."""

from datetime import datetime, time, timedelta

import pytest

from tests.support.rows.build import (
    create_agency,
    create_closure,
    create_desk,
    create_line,
    create_procedure,
    next_workday,
)
from tests.support.rows.visits import booked, turn
from turnero.administration.edit.procedure_supply import supply_of
from turnero.agencies import queries
from turnero.booking.closures import sweep
from turnero.booking.seats import availability

NINE = 540
NOWHERE = "Ninguna agencia tiene todavía ventanillas de esta línea: agréguelas en Agencias."


@pytest.fixture
def edited(procedure):
    """The address of its page."""
    return f"/admin/tramites/{procedure.slug}"


@pytest.fixture
def swept(nothing_broken):
    """The jobs have swept before the invariants are looked at."""
    yield
    sweep.sweep()


def counted(sentences):
    """What is said of the turns that fit, without their days."""
    (found,) = [sentence for sentence in sentences if sentence.startswith("Turnos de este trámite que caben")]
    return found.partition(": ")[2]


def test_moving_a_tramite_online_lists_the_agencies_that_lose_it(admin, desk, procedure, edited, swept):
    create_desk(procedure.line)
    there = booked(desk, procedure, NINE, day=next_workday())
    said = admin.save(edited, canal="virtual")
    assert said[0] == "Deja de darse con turno en 2 agencias."
    assert said[1] == "Se hace en línea: no se piden turnos."
    assert counted(said).endswith(" pasan a 0.")
    assert said[3:] == ["1 turno ya dado se mantiene."]
    assert turn(there).status == "confirmed"
    assert queries.agencies_offering(None, queries.procedure(procedure.slug)) == []


def test_longer_turns_are_fewer_and_those_given_stay(admin, desk, procedure, edited, swept):
    there = booked(desk, procedure, NINE, day=next_workday())
    said = admin.save(edited, minutos="40")
    assert said[0] == "Se da con turno en 1 agencia, como hasta ahora."
    days = "entre el lunes 9 de noviembre de 2026 y el martes 8 de diciembre de 2026"
    # Of 22 days, at two windows of 27 cells.
    assert said[1] == f"Turnos de este trámite que caben {days}: de 1 188 pasan a 572."
    assert said[2:] == ["1 turno ya dado se mantiene."]
    assert turn(there).cells == 1


def test_another_line_gives_it_elsewhere_and_displaces_who_had_a_turn(admin, desk, procedure, edited, swept):
    there = booked(desk, procedure, NINE, day=next_workday())
    create_desk(create_line("otra", "Otra"))
    said = admin.save(edited, linea="otra")
    assert said[:3] == [
        "Deja de darse con turno en 1 agencia.",
        "Empieza a darse con turno en 1 agencia.",
        "Agencias que lo dan con turno: de 1 pasan a 1.",
    ]
    assert "1 persona afectada: pierde su hora." in said
    assert turn(there).status == "displaced"


def test_a_line_without_windows_is_reported(admin, desk, edited):
    said = admin.save(edited, linea_nueva="Rayos X")
    assert said[:3] == ["La línea Rayos X es nueva.", "Deja de darse con turno en 1 agencia.", NOWHERE]
    assert "Nadie pierde su turno." in said


def test_another_name_changes_nothing_else(admin, desk, edited):
    said = admin.save(edited, nombre="Otro nombre")
    assert said[0] == "Se da con turno en 1 agencia, como hasta ahora."
    assert counted(said).endswith(", como hasta ahora.")
    assert said[2:] == ["Nadie pierde su turno."]


def test_a_new_tramite_says_its_channel_and_who_will_attend_it(admin, desk, saved):
    new = {"nombre": "Sello", "linea": desk.line.slug, "minutos": "20"}
    said = admin.save("/admin/tramites/nuevo", **new)
    assert said[0] == "Lo atenderá 1 agencia."
    assert counted(said) == "1 188."
    assert saved() == [
        f"Agrega el trámite «Sello», de 20 minutos, en la línea {desk.line.name}, canal «En ventanilla»."
    ]
    assert admin.save("/admin/tramites/nuevo", nombre="Clave", linea_nueva="Claves") == [
        "La línea Claves es nueva.",
        NOWHERE,
    ]
    new = {"nombre": "Certificado", "linea": desk.line.slug, "canal": "virtual"}
    assert admin.save("/admin/tramites/nuevo", **new) == ["Se hace en línea: no se piden turnos."]


def test_nobody_is_led_to_a_turn_that_no_agency_gives(client, procedure):
    address = f"/tramites/{procedure.slug}"
    client.get(address)
    assert "Todavía ninguna agencia da turnos para este trámite." in client.page.text
    assert "Genere su turno" not in client.page.links
    create_desk(procedure.line)
    client.get(address)
    assert "Todavía ninguna" not in client.page.text
    assert client.page.links["Genere su turno"] == "/turno"


def test_turns_are_counted_by_the_rules_of_what_is_offered(app):
    """Of a trámite of one cell each start is a turn; a closure and a desk of another line take none of them."""
    procedure, day = create_procedure(minutes=20), next_workday()
    desks = [create_desk(procedure.line, windows=windows) for windows in (1, 3)]
    create_desk(agency=create_agency(desks[0].agency.province))
    noon = datetime.combine(day, time(12))
    create_closure(noon, noon + timedelta(hours=2))
    starts = [slot for desk in desks for slot in availability.hours(desk.agency, procedure, day)]
    assert starts
    supply = supply_of(procedure.slug, day, day)
    assert supply is not None
    assert supply.turns == sum(slot.capacity for slot in starts)
    assert supply.agencies == {desk.agency_id for desk in desks}
    assert supply_of("no-existe", day, day) is None


def test_what_is_wrong_is_named(admin, procedure, edited):
    """The trámite that nobody knows, and the name that is there already, beside the box in which it was typed."""
    admin.send(edited, siguientes=f"{procedure.slug}\nno-existe")
    assert admin.page.errors["siguientes"].startswith(
        "Una por línea. No hay un trámite con la dirección web «no-existe»."
    )
    create_procedure(procedure.line, slug="entrega-de-claves", name="Entrega de claves")
    new = {"linea": procedure.line.slug, "nombre": "ENTREGA de claves"}
    assert admin.send("/admin/tramites/nuevo", **new) == 422
    assert admin.page.errors == {"nombre": "Ese nombre ya existe. Escriba otro."}
    assert admin.send("/admin/tramites/nuevo", **new, direccion_web="entrega-de-claves") == 422
    assert set(admin.page.errors) == {"direccion_web"}
    create_line("rayos-x", "Rayos X")
    admin.send("/admin/tramites/nuevo", nombre="Otro", linea_nueva="Rayos X")
    assert admin.page.errors["linea_nueva"].endswith("Ese nombre ya existe. Escriba otro.")


def test_an_address_that_another_name_left_behind_is_an_address_taken(admin, procedure):
    create_procedure(procedure.line, slug="sello", name="Certificado")
    assert admin.send("/admin/tramites/nuevo", nombre="Sello", linea=procedure.line.slug) == 422
    assert set(admin.page.errors) == {"direccion_web"}


def test_the_summary_names_each_field_in_the_order_of_the_page(admin, edited):
    admin.send(edited, nombre="", minutos="0", termino="x", enlace_texto="Aquí", contacto_correo="a@example.ec")
    summary = admin.page.one("div", class_="error-summary")
    assert [link.text for link in summary.all("a")] == [
        "Nombre: escriba este dato.",
        "Minutos en ventanilla: escriba un número entero entre 1 y 480.",
        "Término en días hábiles (opcional): escriba un número entero entre 1 y 365.",
        "Oficina de contacto: escriba este dato.",
        "Dirección donde se hace en línea: escriba este dato.",
    ]
    assert admin.page.errors["nombre"] == "Escriba este dato."


def test_the_summary_of_a_week_names_its_days(admin, desk, there):
    admin.send(f"{there}/horario", **{"abre-0-0": "mañana", "desde": "ayer"})
    links = admin.page.one("div", class_="error-summary").all("a")
    assert [link["href"] for link in links] == ["#desde", "#abre-0-0"]
    assert links[1].text.startswith("Lunes, abre: escriba la hora así")
