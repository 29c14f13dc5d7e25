"""«No fui yo» and the link of a reminder, from the real mail to the last page, looked at by axe."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.pages.citizen import Citizen
from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_agency, create_citizen, create_desk
from turnero.booking.documents import reminders
from turnero.core import clock
from turnero.core.extensions import db

OWNER = "dueno.demo@example.ec"
SLUG = "notificacion-de-glosas"

pytestmark = pytest.mark.procedure(slug=SLUG, name="Notificación de glosas", sheet={"bring": ["Cédula original"]})


@pytest.fixture
def desk(procedure):
    create_citizen(email=OWNER, mobile="+593998887766")
    agency = create_agency(slug="centro", name="Agencia de demostración Quito Centro")
    return create_desk(procedure.line, agency=agency, windows=1)


@pytest.fixture
def booked(desk, page, smtp):
    """Somebody has booked a turn with the cédula of another person."""
    stranger = Citizen(page, smtp, email="extrano.demo@example.ec")
    stranger.start()
    stranger.give_cedula()
    stranger.give_contact()
    stranger.give_code()
    stranger.choose_place("17", SLUG, "centro")
    stranger.choose_day(2)
    stranger.choose_hour()
    stranger.say_yes()
    stranger.confirm()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmación del Turno en Línea")
    return page


def link_in(mail, path):
    lines = mail.get_body(("plain",)).get_content().splitlines()
    (link,) = [line for line in lines if line.startswith("http://") and path in line]
    return link


def test_the_owner_undoes_the_turn_and_confirms_it_as_theirs(booked, smtp, open_context):
    link = link_in(smtp.wait_for(OWNER, "Se pidió un turno con su cédula"), "/no-fui-yo/")
    owners = open_context().new_page()
    owners.goto(link)
    look_closely(owners)
    owners.get_by_role("button", name="No fui yo, cancelarlo").click()
    owners.wait_for_url("**/confirmar")
    look_closely(owners)
    expect(owners.locator("main")).to_contain_text(OWNER)
    owners.get_by_role("button", name="Confirmar", exact=True).click()
    expect(owners.get_by_role("heading", level=1)).to_have_text("Confirmación del Turno en Línea")
    booked.reload()
    expect(booked.get_by_role("heading", level=1)).to_have_text("Su turno está cancelado")
    told = smtp.wait_for("extrano.demo@example.ec", "cancelado")
    assert OWNER not in told.as_string()
    booked.goto(link)
    expect(booked.get_by_role("heading", level=1)).to_have_text("Cancelamos ese turno")
    look_closely(booked)


def test_the_link_of_a_reminder_asks_before_it_cancels(booked, smtp, clock_shift):
    start = db.session.execute(db.text("SELECT inicio_utc FROM v_turnos")).scalar_one()
    starts_at = datetime.fromisoformat(str(start)).replace(tzinfo=UTC)
    evening = (starts_at - timedelta(hours=5)).replace(hour=23, minute=5) - timedelta(days=1)
    db.session.rollback()
    clock_shift(evening - clock.now())
    reminders.remind()
    mail = smtp.wait_for("extrano.demo@example.ec", "Recordatorio")
    booked.goto(link_in(mail, "/cancelar"))
    expect(booked.get_by_role("heading", level=1)).to_have_text("¿Desea cancelar su turno?")
    booked.get_by_role("button", name="Sí, cancelar el turno").click()
    expect(booked.get_by_role("heading", level=1)).to_have_text("Su turno está cancelado")
