"""Waiting list and draws over HTTP without JavaScript."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.pages.walking import Walker, browser_of
from tests.support.rows.build import create_agency, create_desk, next_workday, today
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.waiting import create_draw, in_draw, listed
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.turn.request_models import Draw, SeatRequest
from turnero.booking.waiting import draws
from turnero.cli import main
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice

SLUG = "notificacion-de-glosas"

pytestmark = [
    pytest.mark.procedure(slug=SLUG, name="Notificación de glosas"),
    pytest.mark.desk(agency={"slug": "centro", "name": "Centro"}),
]


@pytest.fixture
def walker(client, desk, procedure):
    client.get("/turno")
    traveller = at_hour_step(desk.agency, procedure, 5, browser=browser_of(client))
    return Walker(client, traveller.key)


def wish(**changes):
    first = next_workday()
    fields = {"provincia": "17", "tramite": SLUG, "agencias": "centro", "parte": "tarde"}
    return fields | {"desde": first.isoformat(), "hasta": (first + timedelta(days=9)).isoformat()} | changes


def test_the_list_keeps_what_was_asked_for(walker, client):
    answer = walker.post("lista", **wish())
    assert answer.status_code == 303
    request = db.session.scalars(select(SeatRequest)).one()
    assert (request.cedula, request.part, request.last_day - request.first_day) == (
        cedula(5),
        "afternoon",
        timedelta(9),
    )
    client.get(answer.location)
    assert client.page.h1 == "Está en la lista de espera"
    assert "en la tarde" in client.page.text
    assert walker.post("lista", **wish()).location == answer.location


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agencias": ""}, "agencias"),
        ({"agencias": "otra"}, "agencias"),
        ({"desde": "2026-11-01"}, "desde"),
        ({"desde": "ayer"}, "desde"),
        ({"hasta": "2026-11-09"}, "desde"),
        ({"hasta": "2027-11-09"}, "desde"),
    ],
)
def test_an_invalid_wish_is_reported_beside_its_field(walker, client, changes, field):
    answer = walker.post("lista", **wish(**changes))
    assert answer.status_code == 422
    assert set(client.page.errors) == {field}
    assert client.page.title.startswith("Error:")
    assert db.session.scalars(select(SeatRequest)).all() == []


def test_a_refusal_keeps_the_page(walker, client, desk, procedure):
    listed(desk, procedure, 5)
    answer = walker.post("lista", **wish())
    assert answer.status_code == 422
    assert "ya hay una solicitud" in client.page.text


def test_an_unknown_link_has_no_page(client, app):
    assert client.get("/solicitud/nada").status_code == 404


def test_the_mails_of_the_list(desk, procedure, smtp):
    traveller = at_hour_step(desk.agency, procedure, 90)
    holds.place(traveller.key, traveller.browser, next_workday() + timedelta(days=7), 540)
    turn = confirm.confirm_turn(traveller.key, traveller.browser)
    token = listed(desk, procedure, 1)
    cancel.cancel_turn(turn)
    deliver_all()
    told = smtp.wait_for("persona1@example.ec", "Está en la lista de espera")
    offered = smtp.wait_for("persona1@example.ec", "Hay un turno para usted")
    for mail in (told, offered):
        for part in ("plain", "html"):
            said = mail.get_body((part,)).get_content()
            assert f"/solicitud/{token}" in said
            assert cedula(1) not in said


def test_the_draw_page_says_when_the_next_one_is(walker, client, desk):
    client.get(f"{walker.address('sorteo')}?agencia=centro&tramite={SLUG}")
    assert "Todavía no se anuncia" in client.page.text
    row = create_draw(desk)
    client.get(f"{walker.address('sorteo')}?agencia=centro&tramite={SLUG}")
    assert "Participar" in client.page.text
    answer = walker.post("sorteo", agencia="centro", tramite=SLUG, sorteo=str(row.id), parte="cualquiera")
    client.get(answer.location)
    assert client.page.h1 == "Participa en el sorteo"


@pytest.mark.parametrize("number", ["", "x", "99", "9" * 40])
def test_a_missing_draw_is_reported(walker, client, desk, number):
    create_draw(desk)
    answer = walker.post("sorteo", agencia="centro", tramite=SLUG, sorteo=number)
    assert answer.status_code == 422
    assert set(client.page.errors) == {"sorteo"}


@pytest.mark.usefixtures("smtp")
def test_a_draw_with_one_request_uses_the_singular(desk, procedure, client, clock_shift):
    row = create_draw(desk)
    in_draw(row, procedure, 1)
    clock_shift(row.closes_at + timedelta(minutes=1) - clock.now())
    draws.run_due()
    client.get("/sorteos")
    assert "1 solicitud, 1 con turno." in client.page.text
    client.get(f"/sorteos/{row.id}")
    assert "La lista se cerró con 1 solicitud. Su huella:" in client.page.text
    assert "Salió con turno 1 solicitud. Tuvo 24 horas para confirmar;" in client.page.text


@pytest.mark.usefixtures("smtp")
@pytest.mark.engines("sqlite")  # test_draws draws on both
def test_a_draw_of_two_hundred_notifies_all_and_verifies_by_command(procedure, client, clock_shift, tmp_path, capsys):
    lots = {"first": (today() - timedelta(days=today().weekday())).isoformat(), "opens_days": 14, "closes_days": 7}
    agency = create_agency(slug="escasa", policy={"draw": lots}, hours=((range(5), 480, 560),))
    desk = create_desk(procedure.line, agency=agency, windows=2)
    draws.announce()
    client.get("/sorteos")
    assert "Anunciado" in client.page.text
    row = db.session.scalars(select(Draw).order_by(Draw.first_day)).first()
    clock_shift(row.opens_at + timedelta(minutes=1) - clock.now())
    for number in range(1, 201):
        in_draw(row, procedure, number)
    assert client.get(f"/sorteos/{row.id}.json").status_code == 404
    clock_shift(row.closes_at + timedelta(minutes=1) - clock.now())
    draws.run_due()
    assert desk.id == row.desk_id
    deliver_all()
    sent = db.session.execute(select(Notice.kind, func.count()).where(Notice.status == "sent").group_by(Notice.kind))
    assert {tuple(kind) for kind in sent} == {("offer", 40), ("not_drawn", 160)}
    client.get(f"/sorteos/{row.id}")
    assert "200 solicitudes" in client.page.text
    file = tmp_path / "sorteo-1.json"
    file.write_bytes(client.get(f"/sorteos/{row.id}.json").get_data())
    assert run(capsys, "draw", "verify", str(file)) == (0, "El sorteo es correcto: 200 solicitudes, 40 con turno.")
    changed = json.loads(file.read_text())
    changed["orden"] = changed["orden"][::-1]
    file.write_text(json.dumps(changed))
    code, said = run(capsys, "draw", "verify", str(file))
    assert code == 1
    assert "El orden no es el que sale de la semilla." in said
    file.write_text("[" * 100_000)
    assert run(capsys, "draw", "verify", str(file))[0] == 1


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    return ended.value.code or 0, (said.out + said.err).splitlines()[0].partition(" El hash")[0]
