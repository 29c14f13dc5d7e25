import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import (
    create_agency,
    create_citizen,
    create_desk,
    next_workday,
    set_policy,
    today,
)
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from tests.support.rows.turns import close
from tests.support.rows.visits import booked, turn, visit
from turnero.attention.day import attendance
from turnero.attention.day.attendance import Clerk
from turnero.booking.journey import cancel
from turnero.booking.turn.models import Booking, Event
from turnero.booking.turn.queries import token_of
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import Device

SOON, FAR = 640, 960  # 10:40 and 16:00; it is 10:00


@pytest.fixture
def device(desk):
    return create_device(desk.agency)


@pytest.fixture
def kiosk(app, device):
    return paired(app, device)


def read(kiosk, typed):
    """Type and press; what the answer calls itself."""
    kiosk.get("/kiosco")
    kiosk.submit(kiosk.page.form("/kiosco"), lectura=typed)
    shown = re.search(r'data-resultado="([a-z-]+)"', kiosk.response.get_data(as_text=True))
    return shown and shown[1]


def ticket(kiosk):
    return kiosk.page.all("p", class_="big")[0].text


def test_a_punctual_person_is_checked_in_with_a_ticket(kiosk, desk, procedure, device):
    booking_id = booked(desk, procedure, SOON)
    assert read(kiosk, turn(booking_id).reference) == "confirmado"
    assert ticket(kiosk) == "A-001"
    assert turn(booking_id).status == "arrived"
    event = db.session.scalars(select(Event).where(Event.booking_id == booking_id).order_by(Event.id.desc())).first()
    assert event.actor == Actor.kiosk(device.id)
    assert read(kiosk, turn(booking_id).reference.lower()) == "confirmado"
    assert ticket(kiosk) == "A-001"


def test_it_says_how_many_are_called_before(kiosk, desk, procedure):
    attendance.arrive(booked(desk, procedure, SOON), Clerk(Actor.staff(1), desk.agency_id))
    booking_id = booked(desk, procedure, SOON, 2)
    read(kiosk, turn(booking_id).reference)
    assert "1 persona" in kiosk.page.one("dl").text


def test_an_early_person_sees_when_to_come_back(kiosk, desk, procedure):
    booking_id = booked(desk, procedure, FAR)
    assert read(kiosk, turn(booking_id).reference) == "temprano"
    assert "desde las 15:00" in kiosk.page.one("main").text
    assert (turn(booking_id).status, visit(booking_id)) == ("confirmed", None)


def test_late_is_checked_in_behind_the_others(kiosk, desk, procedure, clock_shift):
    booking_id = booked(desk, procedure, SOON)
    clock_shift(timedelta(minutes=51))
    assert read(kiosk, turn(booking_id).reference) == "tarde"
    assert visit(booking_id).late
    assert "después de quienes llegaron a tiempo" in kiosk.page.one("main").text


def test_another_agency_or_day_is_shown(kiosk, desk, procedure):
    elsewhere = create_desk(procedure.line, agency=create_agency(name="Agencia del Valle", address="Calle Uno 23"))
    there, tomorrow = booked(elsewhere, procedure, SOON), booked(desk, procedure, SOON, 2, day=next_workday())
    assert read(kiosk, turn(there).reference) == "otra-agencia"
    assert "Agencia del Valle" in kiosk.page.one("main").text and "Calle Uno 23" in kiosk.page.one("main").text
    assert read(kiosk, turn(tomorrow).reference) == "otro-dia"
    assert "10:40" in kiosk.page.one("main").text
    assert {turn(there).status, turn(tomorrow).status} == {"confirmed"}


def test_a_displaced_turn_says_that_it_lost_its_hour(kiosk, desk, procedure):
    booking_id = booked(desk, procedure, SOON, day=next_workday())
    close(desk, next_workday())
    assert read(kiosk, turn(booking_id).reference) == "desplazado"
    assert "enlace de su correo" in kiosk.page.one("main").text


@pytest.mark.parametrize("typed", ["K7MQ4XX", "hola", "???", "12", "CANCELLED"])
def test_everything_else_gets_one_neutral_answer(kiosk, desk, procedure, typed):
    booking_id = booked(desk, procedure, FAR)
    cancel.cancel_turn(token_of(turn(booking_id)))
    typed = turn(booking_id).reference if typed == "CANCELLED" else typed
    assert read(kiosk, typed) == "no-reconocido"


def test_by_cedula_only_todays_turn_here_is_recognised(kiosk, desk, procedure):
    booked(desk, procedure, SOON)
    assert read(kiosk, f"{cedula(1)[:9]}-{cedula(1)[9]}") == "confirmado"


def test_any_other_cedula_gets_the_same_answer_to_the_last_byte(kiosk, desk, procedure):
    elsewhere = create_desk(procedure.line)
    booked(elsewhere, procedure, SOON, 2)
    booked(desk, procedure, SOON, 3, day=next_workday())
    create_citizen(cedula(5))
    answers = []
    for typed in (cedula(2), cedula(3), cedula(4), "1700000000"):
        assert read(kiosk, typed) == "no-reconocido"
        answers.append(re.sub(r'name="csrf_token" value="[^"]+"', "", kiosk.response.get_data(as_text=True)))
    assert len(set(answers)) == 1


def test_five_misses_pause_the_cedula_mode_and_nothing_else(kiosk, desk, procedure, clock_shift):
    booked(desk, procedure, SOON)
    reference_of_other = turn(booked(desk, procedure, SOON, 2)).reference
    for number in range(10, 15):
        read(kiosk, cedula(number))
    assert kiosk.page.h1 == "No encontramos su turno"
    assert read(kiosk, cedula(1)) == "no-reconocido"
    assert kiosk.page.h1 == "Por ahora solo leemos referencias"
    assert "No encontramos" not in kiosk.page.title
    assert read(kiosk, reference_of_other) == "confirmado"
    clock_shift(timedelta(minutes=5, seconds=1))
    assert read(kiosk, cedula(1)) == "confirmado"


def test_a_recognised_cedula_resets_the_count(kiosk, desk, procedure):
    booked(desk, procedure, SOON)
    for number in (10, 11, 12, 13, 1, 14, 15, 16, 17, 1):
        result = read(kiosk, cedula(number))
    assert result == "confirmado"


def test_nothing_personal_is_in_any_answer(kiosk, desk, procedure):
    create_citizen(cedula(1), names="Canaria", surnames="Amarilla")
    here = booked(desk, procedure, SOON)
    booked(desk, procedure, SOON, 2, day=next_workday())
    for typed in (turn(here).reference, cedula(1), cedula(2)):
        read(kiosk, typed)
        shown = kiosk.response.get_data(as_text=True)
        for secret in (cedula(1), cedula(2), "Canaria", "Amarilla", "@example.ec", "+593"):
            assert secret not in shown


def test_nothing_read_is_nothing_done(kiosk, desk):
    kiosk.get("/kiosco")
    assert kiosk.submit(kiosk.page.form("/kiosco"), lectura="  ").request.path == "/kiosco"


def walk_in(kiosk, procedure, number):
    kiosk.get("/kiosco/sin-turno")
    return kiosk.submit(kiosk.page.form("/kiosco/sin-turno"), cedula=number, tramite=procedure.slug)


def test_a_walk_in_ticket_is_idempotent(kiosk, desk, procedure):
    assert walk_in(kiosk, procedure, cedula(1)).status_code == 200
    assert ticket(kiosk) == "A-001"
    walk_in(kiosk, procedure, cedula(1))
    assert ticket(kiosk) == "A-001"
    booking = db.session.scalars(select(Booking)).one()
    assert (booking.status, booking.channel, booking.walk_in) == ("arrived", "kiosk", True)


def test_a_person_with_a_turn_gets_no_second_one_and_no_details(kiosk, desk, procedure):
    booked(desk, procedure, FAR)
    assert walk_in(kiosk, procedure, cedula(1)).status_code == 409
    assert "ventanilla de información" in kiosk.page.one("main").text
    assert db.session.scalar(select(func.count(Booking.id))) == 1


def test_requesting_tickets_for_many_cedulas_pauses_the_kiosk(kiosk, desk, procedure):
    booked(desk, procedure, FAR)
    for _ in range(5):
        assert walk_in(kiosk, procedure, cedula(1)).status_code == 409
    assert walk_in(kiosk, procedure, cedula(2)).status_code == 409
    assert read(kiosk, cedula(3)) == "no-reconocido"
    assert "Por ahora solo leemos referencias" in kiosk.page.one("main").text
    assert db.session.scalar(select(func.count(Booking.id))) == 1


def test_a_wrong_cedula_is_reported(kiosk, desk, procedure):
    assert walk_in(kiosk, procedure, "1700000000").status_code == 422
    assert "no es válido" in kiosk.page.errors["cedula"]
    assert walk_in(kiosk, procedure, " ").status_code == 422
    assert kiosk.page.errors["cedula"] == "Ingrese su número de cédula."


def test_where_the_agency_takes_no_walk_ins_there_are_turns_for_other_hours_alone(kiosk, desk, procedure):
    set_policy(walk_ins=False)
    kiosk.get("/kiosco")
    assert kiosk.page.all("a", href="/kiosco/sin-turno") == []
    assert kiosk.page.one("a", href="/kiosco/turno").text == "No tengo turno"
    assert kiosk.get("/kiosco/sin-turno").status_code == 404


def test_help_is_called_and_shown_to_the_staff(app, kiosk, desk, device):
    kiosk.get("/kiosco")
    kiosk.submit(kiosk.page.form("/kiosco/ayuda"))
    assert "Ya viene una persona" in kiosk.page.one("main").text
    clerk = signed_in(app, create_account(desk.agency))
    clerk.get("/agencia/agenda")
    assert device.name in clerk.page.one("main").text


def test_no_other_browser_reads_anything(client, desk):
    for address in ("/kiosco", "/kiosco/sin-turno", "/kiosco/turno", "/kiosco/hoy.json"):
        assert client.get(address).status_code == 403


def kept(booking_id, ticket, minutes_ago=0):
    at = (clock.now() - timedelta(minutes=minutes_ago)).timestamp() * 1000
    return {"referencia": turn(booking_id).reference, "ticket": ticket, "momento": at}


def synchronise(kiosk, *items):
    kiosk.get("/kiosco")
    token = kiosk.page.all("input", name="csrf_token")[0].get("value")
    answer = kiosk.post("/kiosco/sincronizar", json=list(items), headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    return answer.get_json()


def test_what_the_kiosk_keeps_names_no_reference(kiosk, desk, procedure):
    booking_id = booked(desk, procedure, SOON)
    booked(desk, procedure, SOON, 2, day=next_workday())
    answer = kiosk.get("/kiosco/hoy.json")
    told = answer.get_json()
    assert list(told["turnos"].values()) == [SOON]
    assert (told["dia"], told["serie"]) == (today().isoformat(), "Z")
    assert (told["antes"], told["tolerancia"]) == (60, 10)
    assert int((told["ahora"] - told["medianoche"]) / 60_000) == 600
    assert turn(booking_id).reference not in answer.get_data(as_text=True)
    assert kiosk.get("/kiosco/hoy.json").get_json()["sal"] != told["sal"]


def test_check_ins_without_server_are_entered_once(kiosk, desk, procedure):
    booking_id = booked(desk, procedure, SOON)
    item = kept(booking_id, "Z-001", minutes_ago=4)
    assert synchronise(kiosk, item) == {"Z-001": "accepted"}
    assert synchronise(kiosk, item) == {"Z-001": "known"}
    assert (turn(booking_id).status, visit(booking_id).ticket) == ("arrived", "Z-001")
    assert clock.now() - visit(booking_id).arrived_at >= timedelta(minutes=4)


def test_a_person_checked_in_meanwhile_keeps_that_ticket(kiosk, desk, procedure):
    booking_id = booked(desk, procedure, SOON)
    attendance.arrive(booking_id, Clerk(Actor.staff(1), desk.agency_id))
    assert synchronise(kiosk, kept(booking_id, "Z-001")) == {"Z-001": "known"}
    assert visit(booking_id).ticket == "A-001"


def test_a_kiosk_enters_only_its_own_series_here_and_today(kiosk, desk, procedure):
    here, second = booked(desk, procedure, SOON), booked(desk, procedure, SOON, 4)
    tomorrow = booked(desk, procedure, SOON, 2, day=next_workday())
    elsewhere = booked(create_desk(procedure.line), procedure, SOON, 3)
    told = synchronise(
        kiosk, kept(here, "A-001"), kept(tomorrow, "Z-001"), kept(elsewhere, "Z-002"), kept(here, "Z-003")
    )
    assert told == {"A-001": "refused", "Z-001": "refused", "Z-002": "refused", "Z-003": "accepted"}
    assert synchronise(kiosk, kept(second, "Z-003")) == {"Z-003": "refused"}


@pytest.mark.parametrize(
    "body", [{}, "x", [1], [{"ticket": "Z-001"}], [{"referencia": "", "ticket": "", "momento": "x"}]]
)
def test_a_strange_list_is_refused(kiosk, desk, body):
    kiosk.get("/kiosco")
    token = kiosk.page.all("input", name="csrf_token")[0].get("value")
    assert kiosk.post("/kiosco/sincronizar", json=body, headers={"X-CSRFToken": token}).status_code == 400


def test_a_revoked_kiosk_is_refused_at_once(kiosk, device):
    db.session.get_one(Device, device.id).revoked_at = clock.now()
    db.session.commit()
    assert kiosk.get("/kiosco").status_code == 403
