"""Waiting list and draw in Chromium: request, offer, acceptance, checked by axe."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.support.pages.citizen import Citizen
from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_agency, create_desk, today
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.waiting import in_draw
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.turn.errors import NotOffered
from turnero.booking.turn.request_models import Draw
from turnero.booking.waiting import draws
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.paths import resource
from turnero.operations.audit import audit
from turnero.transparency.models import Given, Scarcity
from turnero.transparency.months import history

SLUG = "notificacion-de-glosas"
REGISTRY = {"TURNERO_REGISTRY": "open"}

pytestmark = pytest.mark.procedure(slug=SLUG, name="Notificación de glosas")


@pytest.fixture
def app(engine, make_app):
    with make_app(engine, **REGISTRY) as made:
        yield made


def link_in(mail, path):
    lines = mail.get_body(("plain",)).get_content().splitlines()
    (link,) = [line for line in lines if line.startswith("http://") and path in line]
    return link


def heading(page):
    return page.get_by_role("heading", level=1)


def up_to_the_place(page, smtp, number):
    person = Citizen(page, smtp, cedula=cedula(number), email=f"persona{number}@example.ec", look=look_closely)
    person.start()
    person.give_cedula()
    person.give_contact()
    person.give_code()
    page.select_option("[name=provincia]", "17")
    page.select_option("[name=tramite]", SLUG)
    return person


@pytest.fixture
def full(procedure):
    """A desk whose every place is taken: the tokens of its turns."""
    agency = create_agency(slug="centro", hours=((range(7), 480, 500),), policy={"horizon_days": 6})
    desk = create_desk(procedure.line, agency=agency, windows=1)
    tokens = []
    for ahead in range(7):
        somebody = at_hour_step(agency, procedure, 500 + ahead)
        try:
            holds.place(somebody.key, somebody.browser, today() + timedelta(days=ahead), 480)
            tokens.append(confirm.confirm_turn(somebody.key, somebody.browser))
        except NotOffered:
            continue
    return desk, tokens


def test_a_person_finds_no_place_joins_the_list_and_accepts_what_is_given_up(full, page, smtp):
    _, tokens = full
    up_to_the_place(page, smtp, 7)
    page.get_by_role("link", name="Anotarse en la lista de espera").click()
    look_closely(page)
    page.get_by_role("button", name="Anotarme en la lista").click()
    expect(heading(page)).to_have_text("Está en la lista de espera")
    look_closely(page)
    link = link_in(smtp.wait_for("persona7@example.ec", "Está en la lista de espera"), "/solicitud/")
    cancel.cancel_turn(tokens[-1])
    offered = smtp.wait_for("persona7@example.ec", "Hay un turno para usted")
    assert link_in(offered, "/solicitud/") == link
    page.goto(link)
    expect(heading(page)).to_have_text("Le guardamos este turno")
    look_closely(page)
    page.get_by_role("button", name="Acepto este turno").click()
    expect(heading(page)).to_have_text("Confirmación del Turno en Línea")
    smtp.wait_for("persona7@example.ec", "Confirmación")
    page.goto(link)
    expect(heading(page)).to_have_text("Ya tiene su turno")
    look_closely(page)
    db.session.rollback()
    assert [str(violation) for violation in audit()] == []


def test_declining_and_leaving(full, page, smtp):
    _, tokens = full
    up_to_the_place(page, smtp, 8)
    page.get_by_role("link", name="Anotarse en la lista de espera").click()
    page.locator("[name=hasta]").fill((today() - timedelta(days=1)).isoformat())
    page.locator("[name=agencias]").uncheck()
    page.get_by_role("button", name="Anotarme en la lista").click()
    expect(page).to_have_title(re.compile("^Error: "))
    look_closely(page)
    page.locator("[name=hasta]").fill((today() + timedelta(days=20)).isoformat())
    page.locator("[name=agencias]").check()
    page.get_by_role("button", name="Anotarme en la lista").click()
    link = page.url
    cancel.cancel_turn(tokens[-1])
    page.goto(link)
    page.get_by_role("button", name="No me sirve").click()
    expect(heading(page)).to_have_text("Está en la lista de espera")
    page.get_by_role("button", name="Retirarme").click()
    expect(heading(page)).to_have_text("Se retiró")
    look_closely(page)


def test_a_draw_from_the_request_to_the_turn(procedure, page, smtp, clock_shift):
    monday = today() - timedelta(days=today().weekday()) + timedelta(days=14)
    lots = {"first": (monday - timedelta(days=14)).isoformat(), "opens_days": 14, "closes_days": 7}
    agency = create_agency(slug="escasa", name="Agencia escasa", policy={"draw": lots}, hours=((range(5), 480, 540),))
    create_desk(procedure.line, agency=agency, windows=2)
    draws.announce()
    row = db.session.scalars(select(Draw).where(Draw.first_day == monday)).one()
    number, closes_at = row.id, row.closes_at
    clock_shift(row.opens_at + timedelta(minutes=1) - clock.now())
    page.goto("/sorteos")
    look_closely(page)
    up_to_the_place(page, smtp, 9)
    page.get_by_role("link", name="Participar en el sorteo").click()
    look_closely(page)
    page.get_by_role("button", name="Participar").click()
    expect(heading(page)).to_have_text("Participa en el sorteo")
    look_closely(page)
    link = page.url
    in_draw(db.session.get_one(Draw, number), procedure, 600)
    clock_shift(closes_at + timedelta(minutes=1) - clock.now())
    draws.run_due()
    smtp.wait_for("persona9@example.ec", "Salió sorteado")
    page.goto(link)
    page.get_by_role("button", name="Acepto este turno").click()
    expect(heading(page)).to_have_text("Confirmación del Turno en Línea")
    page.goto(f"/sorteos/{number}")
    look_closely(page)
    page.goto("/reparto?provincia=17")
    look_closely(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_public_pages_are_for_everybody(procedure, open_context, scheme):
    """Figures, rules, draws, complaints and the statement, on a narrow phone, in both schemes."""
    agency = create_agency(slug="centro", name="Agencia de Santo Domingo de los Tsáchilas")
    create_desk(procedure.line, agency=agency, windows=1)
    days, where = [today() - timedelta(days=ago) for ago in range(1, 20)], (agency.id, procedure.id)
    db.session.rollback()  # the jobs write beside us: what follows begins with a write
    for ahead, day in enumerate(days):  # so that the drawings are there
        db.session.add(Scarcity(day=day, agency_id=where[0], procedure_id=where[1], days_ahead=ahead))
        db.session.add(Given(day=day, how="first_come", turns=1000 + ahead))
    db.session.commit()
    history.load_history_path(resource("catalogue") / "historical_figures.csv")
    page = open_context(viewport={"width": 320, "height": 640}, color_scheme=scheme).new_page()
    for address in ("/transparencia", "/reparto?provincia=17", "/sorteos", "/queja", "/accesibilidad"):
        page.goto(address)
        for summary in page.locator("details > summary").all():
            summary.click()
        look_closely(page)
    page.goto("/queja")
    page.get_by_role("button", name="Enviar").click()
    expect(page).to_have_title(re.compile("^Error: "))
    look_closely(page)
    page.get_by_label("Una queja").check()
    page.get_by_label("Cuéntenos qué pasó").fill("Esperé dos horas")
    page.get_by_role("button", name="Enviar").click()
    expect(heading(page)).to_have_text("Recibimos su queja")
    look_closely(page)
