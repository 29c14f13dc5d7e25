"""Hours closed and opened again, and holidays confirmed, in the browser's way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.pages.page import filled
from tests.support.rows.build import (
    create_agency,
    create_desk,
    create_local_holiday,
    create_province,
    next_workday,
    today,
)
from tests.support.rows.visits import booked, turn
from turnero.agencies.models import Closure, LocalHoliday
from turnero.booking.closures import sweep
from turnero.booking.journey import cancel
from turnero.booking.turn import queries
from turnero.booking.turn.models import Displacement
from turnero.core.extensions import db


def test_an_agency_is_closed_by_decree_and_opened_again(admin, desk, procedure, saved, closing_hours):
    day = next_workday() + timedelta(days=7)
    there = booked(desk, procedure, 540, day=day)
    said = admin.save("/admin/cierres/nuevo", **closing_hours(alcance="agencia", agencia=desk.agency.slug))
    assert "1 persona afectada: pierde su hora." in said
    assert turn(there).status == "displaced"
    closure = db.session.scalars(select(Closure)).one()
    assert (closure.kind, closure.source.partition(":")[0]) == ("decree", "staff")
    page = admin.get(f"/admin/cierres/{closure.id}")
    assert turn(there).reference in page.text
    assert turn(there).cedula not in page.text
    assert admin.client.submit(admin.form()).status_code == 200
    assert "Turnos que recuperan su hora: 1." in admin.told()
    assert turn(there).status == "displaced"
    again = filled(admin.form()) | {"paso": "guardar"}
    admin.client.submit(admin.form(), paso="guardar")
    assert turn(there).status == "confirmed"
    assert admin.client.post(f"/admin/cierres/{closure.id}/reabrir", data=again).location == "/admin/cierres"
    assert [summary.split()[0] for summary in saved()] == ["Cierra", "Abre"]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({"alcance": "pais"}, "todo el país"),
        ({"alcance": "provincia", "provincia": "17"}, "la provincia Pichincha"),
        ({"alcance": "canton", "provincia": "17", "canton": "quito"}, "el cantón Quito, Pichincha"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_a_closing_for_more_than_one_agency(admin, where, place, saved, closing_hours):
    admin.save("/admin/cierres/nuevo", **closing_hours(**where))
    assert saved()[0].startswith(f"Cierra {place} ")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"alcance": "canton", "provincia": "17", "canton": "Loja"}, {"canton"}),
        ({"alcance": "agencia", "agencia": "otra"}, {"agencia"}),
        ({"alcance": "pais", "hasta": "2026-11-01T00:00"}, {"hasta"}),
        ({"alcance": "pais", "hasta": "2036-11-01T00:00"}, {"hasta"}),
        ({"alcance": "pais", "desde": "", "motivo": ""}, {"desde", "motivo"}),
    ],
)
def test_a_closing_that_is_wrong(admin, desk, typed, wrong, closing_hours):
    assert admin.send("/admin/cierres/nuevo", **closing_hours(**typed)) == 422
    assert set(admin.page.errors) == wrong


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((7, "10:00"), (7, "09:00"), "El fin debe ser posterior al comienzo."),
        ((7, "10:00"), (7, "10:00"), "El fin debe ser posterior al comienzo."),
        ((-2, "00:00"), (-1, "00:00"), "Ese día ya pasó. Elija uno desde hoy."),
        ((-1, "00:00"), (0, "00:00"), "Ese día ya pasó. Elija uno desde hoy."),
        ((0, "08:00"), (0, "09:30"), "Esas horas ya pasaron. Elija un fin desde ahora."),
        ((-1, "00:00"), (0, "17:00"), None),  # it began, and is not over
    ],
)
@pytest.mark.usefixtures("desk")
def test_hours_that_are_over_are_not_closed(admin, closing_hours, first, last, words):
    """The tests begin at 10:00."""
    desde, hasta = (f"{today() + timedelta(days=days)}T{time}" for days, time in (first, last))
    admin.send("/admin/cierres/nuevo", **closing_hours(alcance="pais", desde=desde, hasta=hasta))
    assert (words is None) == (admin.page.h1 == "Antes de guardar")
    assert words is None or admin.page.errors["hasta"].endswith(words)


def test_hours_of_the_islands_are_over_an_hour_later(admin, procedure, closing_hours):
    """At 10:00 on the mainland it is 09:00 there."""
    islands = create_desk(procedure.line, agency=create_agency(create_province("20")))
    mainland = create_desk(procedure.line)
    begins = {"desde": f"{today()}T08:00", "hasta": f"{today()}T09:30", "alcance": "agencia"}
    assert admin.send("/admin/cierres/nuevo", **closing_hours(agencia=islands.agency.slug, **begins)) == 200
    assert admin.send("/admin/cierres/nuevo", **closing_hours(agencia=mainland.agency.slug, **begins)) == 422


def test_places_are_counted_as_everywhere_else(admin, desk, closing_hours):
    """27 hours of a day at two windows."""
    admin.send("/admin/cierres/nuevo", **closing_hours(alcance="agencia", agencia=desk.agency.slug))
    assert admin.told()[:2] == ["Agencias: 1.", "Quita 54 turnos."]


def test_a_booking_since_the_preview_is_shown_before_closing(admin, desk, procedure, closing_hours):
    day = next_workday() + timedelta(days=7)
    admin.send("/admin/cierres/nuevo", **closing_hours(alcance="agencia", agencia=desk.agency.slug))
    assert "Nadie pierde su turno." in admin.told()
    there = booked(desk, procedure, 540, day=day)
    assert admin.client.submit(admin.form(), paso="guardar").status_code == 409
    assert admin.page.one("div", role="alert").text.startswith("Alguien cambió lo mismo, o un turno de esas horas")
    assert "1 persona afectada: pierde su hora." in admin.told()
    assert (turn(there).status, db.session.scalars(select(Closure)).all()) == ("confirmed", [])
    booked(desk, procedure, 540, 2, day=day + timedelta(days=1))  # nobody who loses an hour: it does not matter
    assert admin.client.submit(admin.form(), paso="guardar").status_code == 200
    assert turn(there).status == "displaced"


def test_a_choice_since_the_preview_is_shown_before_reopening(admin, desk, procedure, closing_hours):
    day = next_workday() + timedelta(days=7)
    one, other = (booked(desk, procedure, 540, number, day=day) for number in (1, 2))
    admin.save("/admin/cierres/nuevo", **closing_hours(alcance="agencia", agencia=desk.agency.slug))
    sweep.sweep()
    closure = db.session.scalars(select(Closure)).one()
    admin.send(f"/admin/cierres/{closure.id}")
    assert "Turnos que recuperan su hora: 2." in admin.told()
    cancel.cancel_turn(queries.token_of(turn(one)))
    assert admin.client.submit(admin.form(), paso="guardar").status_code == 409
    assert "Turnos que recuperan su hora: 1." in admin.told()
    assert turn(other).status == "displaced"
    assert admin.client.submit(admin.form(), paso="guardar").status_code == 200
    assert turn(other).status == "confirmed"
    rows = rows_by_reference(admin.get(f"/admin/cierres/{closure.id}"))
    gone, kept = (rows[turn(each).reference] for each in (one, other))
    assert gone[2] == "-"  # what was proposed to them is nobody's
    assert kept[1] == kept[2]  # they have what they had
    assert "recuperó su hora" in kept[3]


def rows_by_reference(page):
    rows = [[cell.text for cell in row.all("th", "td")] for row in page.all("tr")]
    return {cells[0]: cells for cells in rows}


def test_everybody_without_an_hour_is_on_one_page(admin, desk, procedure, there, closing_hours):
    day = next_workday() + timedelta(days=7)
    assert "Nadie espera otra hora." in admin.get("/admin/cierres/desplazados").text
    by_closure = booked(desk, procedure, 560, 1, day=day)
    by_windows = booked(desk, procedure, 540, 2, day=day + timedelta(days=1))
    admin.save("/admin/cierres/nuevo", **closing_hours(alcance="agencia", agencia=desk.agency.slug))
    admin.save(f"{there}/dias", desde=f"{day + timedelta(days=1)}", ventanillas="0")
    assert "Desplazados, todavía sin otro turno: 2" in admin.get("/admin").text
    assert admin.page.one("a", href="/admin/cierres/desplazados")
    sweep.sweep()
    assert "Desplazados, todavía sin otro turno: 2" in admin.get("/admin/cierres").text
    rows = rows_by_reference(admin.get("/admin/cierres/desplazados"))
    assert [*rows] == ["Referencia", turn(by_closure).reference, turn(by_windows).reference]
    had, why, proposed, state = rows[turn(by_windows).reference][1:]
    assert had.endswith("09:00")
    assert proposed.endswith("09:00")
    assert (why, state) == ("La agencia cambió su horario.", "con propuesta, sin avisar")
    assert turn(by_windows).cedula not in admin.page.text


def test_a_supervisor_sees_who_is_without_an_hour_at_the_own_agency(admin, supervisor, desk, procedure, closing_hours):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province))
    day = next_workday() + timedelta(days=7)
    mine, theirs = (booked(each, procedure, 540, number, day=day) for number, each in enumerate((desk, other), 1))
    admin.save("/admin/cierres/nuevo", **closing_hours(alcance="pais"))
    governor = supervisor(desk.agency)
    assert "Desplazados, todavía sin otro turno: 1" in governor.get("/admin").text
    page = governor.get("/admin/cierres/desplazados")
    assert turn(theirs).reference not in page.text
    assert page.one("a", href=f"/agencia/turnos/{mine}").text == turn(mine).reference
    governor.get(f"/agencia/turnos/{mine}")  # where their telephone is
    cancel.cancel_turn(queries.token_of(turn(mine)))
    assert "Nadie espera otra hora." in governor.get("/admin/cierres/desplazados").text


def test_people_without_a_proposal_or_mail_are_listed_apart(admin, desk, procedure, closing_hours):
    there = booked(desk, procedure, 540, day=next_workday() + timedelta(days=7))
    turn(there).email = None
    db.session.commit()
    admin.save("/admin/cierres/nuevo", **closing_hours(alcance="pais"))
    row = db.session.scalars(select(Displacement)).one()
    row.status = "unplaced"
    db.session.commit()
    assert "Desplazados, todavía sin otro turno: 1, 1 sin propuesta" in admin.get("/admin").text
    cells = rows_by_reference(admin.get("/admin/cierres/desplazados"))[turn(there).reference]
    assert cells[2:] == ["Corte de luz.", "-", "sin lugar, sin correo"]


def test_a_holiday_closes_once_it_is_confirmed(admin, desk):
    day = next_workday() + timedelta(days=7)
    row = create_local_holiday(day, province=desk.agency.province, name="Fundación", confirmed=False)
    admin.get("/admin/feriados")
    assert "1 por confirmar" in admin.page.text
    admin.client.submit(admin.form(), confirmado="si")
    assert admin.told()[0].startswith("Quita 54 turnos")
    admin.client.submit(admin.form(), paso="guardar")
    db.session.rollback()
    assert db.session.get_one(LocalHoliday, row.id).confirmed


@pytest.mark.usefixtures("desk")
def test_a_form_sent_twice_closes_once(admin, closing_hours):
    admin.send("/admin/cierres/nuevo", **closing_hours(alcance="pais"))
    confirm = admin.form()
    assert admin.client.submit(confirm, paso="guardar").status_code == 200
    assert admin.client.submit(confirm, paso="guardar").status_code == 422
    assert "Esas horas ya están cerradas" in admin.page.text
    assert len(db.session.scalars(select(Closure)).all()) == 1
