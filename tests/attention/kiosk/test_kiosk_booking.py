"""A turn for another hour at the kiosk: one question a screen, the window's rules, and a slip instead of a mail."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_citizen, create_procedure, next_workday
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_device, paired
from tests.support.rows.visits import booked
from turnero.attention.kiosk import booking as kiosk_booking
from turnero.attention.kiosk.booking import Asked
from turnero.booking.journey.forms import Hour
from turnero.booking.turn.errors import NotOffered, PlaceTaken
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.staff.models import Device

NINE = 540


@pytest.fixture
def device(desk):
    return create_device(desk.agency)


@pytest.fixture
def kiosk(app, device):
    return paired(app, device)


@pytest.fixture
def person(app):
    """Somebody whom the registry knows, with an address there that must get nothing."""
    return create_citizen(cedula(70)).cedula


def form(kiosk):
    return kiosk.page.form("/kiosco/turno")


def up_to_the_cedula(kiosk, procedure, time="09:00"):
    kiosk.get("/kiosco/turno")
    kiosk.submit(form(kiosk), tramite=procedure.slug)
    kiosk.submit(form(kiosk), dia=next_workday().isoformat())
    return kiosk.submit(form(kiosk), hora=time)


def only():
    return db.session.scalars(select(Booking)).one()


def test_one_question_a_screen_and_the_turn_is_on_paper(kiosk, desk, procedure, person, device):
    kiosk.get("/kiosco/turno")
    assert procedure.name in kiosk.page.one("fieldset").text
    up_to_the_cedula(kiosk, procedure)
    assert "09:00" in kiosk.page.one("main").text
    assert kiosk.submit(form(kiosk), cedula=person).status_code == 200
    booking = only()
    assert (booking.status, booking.channel, booking.email, booking.day) == ("confirmed", "kiosk", None, next_workday())
    paper = kiosk.page.one("section", class_="slip")
    assert booking.reference in paper.text
    assert paper.all("svg")
    assert person not in kiosk.response.get_data(as_text=True)
    assert db.session.scalars(select(Notice)).all() == []


def test_the_same_form_sent_again_gives_the_same_turn(kiosk, desk, procedure, person):
    up_to_the_cedula(kiosk, procedure)
    sheet = form(kiosk)
    kiosk.submit(sheet, cedula=person)
    first = kiosk.page.one("section", class_="slip").text
    kiosk.submit(sheet, cedula=person)
    assert kiosk.page.one("section", class_="slip").text == first
    assert only().cedula == person


@pytest.mark.parametrize("typed", ["", "1700000000", "hola"])
def test_a_wrong_cedula_is_reported_and_choices_are_kept(kiosk, desk, procedure, typed, person):
    up_to_the_cedula(kiosk, procedure)
    assert kiosk.submit(form(kiosk), cedula=typed).status_code == 422
    assert kiosk.page.errors["cedula"]
    assert kiosk.submit(form(kiosk), cedula=person).status_code == 200
    assert only().minute == NINE


@pytest.mark.parametrize("fields", [{"tramite": "nada"}, {"tramite": "x" * 5000}, {}])
def test_what_the_agency_does_not_do_is_asked_again(kiosk, desk, procedure, fields):
    kiosk.get("/kiosco/turno")
    sheet = form(kiosk)
    kiosk.post("/kiosco/turno", data={"csrf_token": sheet.all("input", name="csrf_token")[0]["value"]} | fields)
    assert "¿Para qué trámite?" in kiosk.page.one("h1").text


def test_day_and_hour_are_of_those_offered(kiosk, desk, procedure):
    kiosk.get("/kiosco/turno")
    token = form(kiosk).all("input", name="csrf_token")[0]["value"]
    wrong = {"csrf_token": token, "tramite": procedure.slug, "dia": "2020-01-01"}
    kiosk.post("/kiosco/turno", data=wrong)
    assert "¿Qué día desea venir?" in kiosk.page.one("h1").text
    kiosk.post("/kiosco/turno", data=wrong | {"dia": next_workday().isoformat(), "hora": "03:00"})
    assert "¿A qué hora desea venir?" in kiosk.page.one("h1").text


def test_kiosk_answers_reveal_no_turns_and_trying_many_cedulas_pauses_it(kiosk, desk, procedure, person, device):
    """One with a turn already, one that the registry does not know: the same page, and a miss each."""
    booked(desk, procedure, 600, 1, day=next_workday())
    pages = set()
    for number in (cedula(1), cedula(99)):
        up_to_the_cedula(kiosk, procedure)
        assert kiosk.submit(form(kiosk), cedula=number).status_code == 409
        pages.add(kiosk.page.one("main").text)
    assert len(pages) == 1
    assert db.session.get_one(Device, device.id).misses == 2
    for _ in range(3):
        up_to_the_cedula(kiosk, procedure)
        kiosk.submit(form(kiosk), cedula=cedula(99))
    up_to_the_cedula(kiosk, procedure)
    assert kiosk.submit(form(kiosk), cedula=person).status_code == 409
    assert db.session.scalar(select(func.count(Booking.id))) == 1


def test_a_turn_at_the_same_hour_leaves_nothing_behind(kiosk, desk, procedure, device):
    """OverlappingTurn is found after the row was begun: that is undone, and the miss stays."""
    other, another = booked(desk, procedure, NINE, 1, day=next_workday()), create_procedure(line=desk.line)
    db.session.execute(Booking.__table__.update().where(Booking.id == other).values(procedure_id=another.id))
    db.session.commit()
    up_to_the_cedula(kiosk, procedure)
    assert kiosk.submit(form(kiosk), cedula=cedula(1)).status_code == 409
    assert db.session.scalar(select(func.count(Booking.id))) == 1
    assert db.session.get_one(Device, device.id).misses == 1


def test_a_taken_place_is_reported_with_the_other_days(kiosk, desk, procedure, person, monkeypatch):
    up_to_the_cedula(kiosk, procedure)

    def taken(*_arguments, **_named):
        raise PlaceTaken(agency=desk.agency, day=next_workday(), minute=NINE)

    monkeypatch.setattr(kiosk_booking, "give", taken)
    assert kiosk.submit(form(kiosk), cedula=person).status_code == 409
    assert "Ese horario acaba de ser tomado" in kiosk.page.one("main").text
    assert kiosk.page.all("input", name="dia")


def test_kiosks_that_ask_at_once_never_give_a_seat_twice(app, desk, procedure):
    """Ten people at two kiosks for the three seats of one hour; that claims decide has its control in test_race."""
    people = [create_citizen(cedula(number)).cedula for number in range(80, 90)]
    devices = [create_device(desk.agency).id, create_device(desk.agency).id]
    slug, day = procedure.slug, next_workday()

    def ask(number):
        with app.app_context():
            asked = Asked(slug, Hour(day, NINE), people[number], f"key{number}")
            try:
                return kiosk_booking.give(asked, devices[number % 2]) is not None
            except (PlaceTaken, NotOffered):
                return False

    with ThreadPoolExecutor(5) as pool:
        given = list(pool.map(ask, range(10)))
    db.session.rollback()
    seats = db.session.scalar(select(func.count(Booking.id)).where(Booking.status == "confirmed"))
    assert sum(given) == seats == 3
