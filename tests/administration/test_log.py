"""The log: actions on turns and views of personal data, including whole agendas."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, next_workday, start_writing
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.staff import create_account, signed_in
from tests.support.rows.visits import booked, turn
from turnero.administration.log import queries as log
from turnero.booking.journey import change, confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking, Journey
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.formatting import long_date
from turnero.staff import record, sessions
from turnero.staff.actor import Actor
from turnero.staff.models import DataView


def lines(governor, **asked):
    """When, who, what and where, as the page has them."""
    assert governor.client.get("/admin/registro", query_string=asked).status_code == 200
    return [[cell.text for cell in row.all("td")] for row in governor.page.all("tr")[1:]]


def whats(governor, **asked):
    return [line[2] for line in lines(governor, **asked)]


def move(booking_id, desk, day, minute):
    """The holder takes another hour, at ``desk``."""
    key = change.begin_change(queries.token_of(turn(booking_id)), "a-phone")
    start_writing()
    db.session.get_one(Journey, key).agency = db.session.merge(desk.agency)
    db.session.commit()
    holds.place(key, "a-phone", day, minute)
    confirm.confirm_turn(key, "a-phone")


@pytest.fixture
def day(app):
    return next_workday() + timedelta(days=7)


@pytest.fixture
def clerk(app, desk):
    return signed_in(app, create_account(desk.agency, "supervisor", "curiosa@example.ec"), None)


@pytest.mark.parametrize(
    "look",
    [
        ("", "Vio la agenda del {day}, donde estaba este turno."),
        (".csv", "Descargó en CSV la agenda del {day}, donde estaba este turno."),
        (".pdf", "Descargó en PDF la agenda del {day}, donde estaba este turno."),
        ("/papel", "Abrió la lista en papel del {day}, donde estaba este turno."),
    ],
)
def test_a_look_at_the_agenda_is_found_by_the_reference_of_each_turn_in_it(admin, clerk, desk, procedure, look):
    part, told = look
    here, other_day = booked(desk, procedure, 660), booked(desk, procedure, 660, 2, day=next_workday())
    today = turn(here).day
    assert clerk.get(f"/agencia/agenda/{today}{part}").status_code == 200
    sentence = told.format(day=long_date(today))
    (line,) = [line for line in lines(admin, referencia=turn(here).reference) if line[2] == sentence]
    assert line[1:2] + line[3:] == ["curiosa@example.ec", desk.agency.name]
    assert sentence not in whats(admin, referencia=turn(other_day).reference)
    assert sentence.replace(", donde estaba este turno", "") in whats(admin)


def test_a_turn_is_looked_for_in_the_agendas_of_the_days_that_it_had(admin, clerk, desk, procedure, day):
    number = booked(desk, procedure, 660, day=day)
    reference = turn(number).reference
    new = day + timedelta(days=1)
    clerk.get(f"/agencia/agenda/{new}.csv")  # not there yet
    clerk.get(f"/agencia/agenda/{day}.csv")
    move(number, desk, new, 600)
    clerk.get(f"/agencia/agenda/{day}.pdf")  # not there any more
    clerk.get(f"/agencia/agenda/{new}.pdf")
    assert whats(admin, referencia=reference, clase="vistas") == [
        f"Descargó en PDF la agenda del {long_date(new)}, donde estaba este turno.",
        f"Descargó en CSV la agenda del {long_date(day)}, donde estaba este turno.",
    ]


def test_at_the_old_agency_its_looks_are_still_found(admin, supervisor, desk, procedure, day):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=1)
    number = booked(desk, procedure, 660, day=day)
    me, them = supervisor(desk.agency), supervisor(other.agency)
    me.client.get(f"/agencia/agenda/{day}.csv")
    move(number, other, day, 660)
    me.client.get(f"/agencia/agenda/{day}.pdf")
    them.client.get(f"/agencia/agenda/{day}.pdf")
    looks = lines(admin, referencia=turn(number).reference, clase="vistas")
    assert [(line[2].split()[2], line[3]) for line in looks] == [("PDF", other.agency.name), ("CSV", desk.agency.name)]
    mine = lines(me, referencia=turn(number).reference, clase="vistas")
    assert [line[3] for line in mine] == [desk.agency.name]


def test_an_agenda_left_open_shows_who_comes_to_it_later(new_admin, clerk, desk, procedure, clock_shift):
    today = clock.local(clock.now(), desk.agency.zone).date()
    clerk.get(f"/agencia/agenda/{today}")
    clerk.get(f"/agencia/agenda/{today}.csv")
    clock_shift(timedelta(minutes=5))
    reference = turn(booked(desk, procedure, 660)).reference
    (told,) = whats(new_admin(), referencia=reference, clase="vistas")
    assert told.endswith("Este turno entró después, y la página abierta se pone al día sola.")
    tomorrow = next_workday()
    clerk.get(f"/agencia/agenda/{tomorrow}")
    clock_shift(sessions.MAX_AGE + timedelta(minutes=1))
    later = turn(booked(desk, procedure, 660, 2, day=tomorrow)).reference
    assert whats(new_admin(), referencia=later, clase="vistas") == []


def test_a_hold_stood_in_no_agenda(admin, clerk, desk, procedure, day):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, day, 660)
    clerk.get(f"/agencia/agenda/{day}")
    reference = db.session.scalars(select(Booking.reference)).one()
    assert whats(admin, referencia=reference) == [
        f"Turno {reference}, del {long_date(day)}, 11:00: se guardó el lugar."
    ]


def test_a_turns_log_lines_name_its_day_and_place_at_that_time(admin, desk, procedure, day):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=1)
    number = booked(desk, procedure, 660, day=day)
    reference = turn(number).reference
    old, new = f"{long_date(day)}, 11:00", f"{long_date(day)}, 10:00"
    move(number, desk, day, 600)
    move(number, other, day, 660)
    found = [line[2:] for line in lines(admin, referencia=reference, clase="turnos")]
    assert found == [
        [f"Turno {reference}: pasa del {new}, en otra agencia, al {old}.", other.agency.name],
        [f"Turno {reference}: pasa del {old} al {new}.", desk.agency.name],
        [f"Turno {reference}, del {old}: se confirmó el turno.", desk.agency.name],
        [f"Turno {reference}, del {old}: se guardó el lugar.", desk.agency.name],
    ]
    assert all(line[0].startswith("lunes 9 de noviembre de 2026, 10:0") for line in lines(admin))


def test_the_log_is_of_one_agency_if_one_asks(admin, supervisor, desk, procedure):
    other = create_desk(procedure.line, agency=create_agency(desk.agency.province), windows=1)
    for each in (desk, other):
        record.record_change(Actor.staff(1), "agency", f"Cambia {each.agency.slug}.", agency_id=each.agency_id)
    db.session.commit()
    assert whats(admin, agencia=other.agency.slug) == [f"Cambia {other.agency.slug}."]
    assert len(whats(admin)) == 2
    assert admin.client.get("/admin/registro?agencia=otra").status_code == 422
    assert set(admin.page.errors) == {"agencia"}
    me = supervisor(desk.agency)
    assert whats(me) == whats(me, agencia=other.agency.slug) == [f"Cambia {desk.agency.slug}."]


def test_all_pages_of_a_long_log_can_be_reached_and_no_line_is_there_twice(admin, desk, day, monkeypatch):
    """Changes and looks of one instant, and some before and after it: pages end between any two of them."""
    curious = create_account(desk.agency).id
    begin, looks = clock.now(), [day + timedelta(days=number) for number in range(4)]
    for number, seen in enumerate(looks):
        at = begin + timedelta(seconds=number // 3)
        record.record_change(Actor.staff(1), "agency", f"Cambio {number}.").at = at
        db.session.add(DataView(at=at, account_id=curious, agency_id=desk.agency_id, kind="csv", day=seen))
    db.session.commit()
    wanted = {f"Cambio {number}." for number in range(4)}
    wanted |= {f"Descargó en CSV la agenda del {long_date(seen)}." for seen in looks}
    for most in (1, 2, 3, 8):
        monkeypatch.setattr(log, "MAX_LINES", most)
        pages = list(pages_of(admin))
        assert [len(page) for page in pages[:-1]] == [most] * ((8 - 1) // most)
        told = [what for page in pages for what in page]
        assert (len(told), set(told)) == (8, wanted)
        assert told[0] == f"Descargó en CSV la agenda del {long_date(looks[3])}."


def pages_of(governor):
    """What the lines of each page say, as the link to older ones leads through them."""
    address, first = "/admin/registro", True
    while address:
        page = governor.get(address)
        yield [row.all("td")[2].text for row in page.all("tr")[1:]]
        assert ("Ver los más recientes" in page.links) != first
        address, first = page.links.get("Ver los anteriores"), False


@pytest.mark.parametrize("mark", ["x", "20261109T150000.000000-1", "20261109T150000.000000-1-²", "9-9-9", "-" * 99])
def test_a_mark_that_nobody_gave_begins_at_the_newest(admin, desk, there, mark):
    admin.save(f"{there}/dias", ventanillas="1")
    assert len(whats(admin, antes=mark)) == 1
