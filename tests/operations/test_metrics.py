"""``/metrics``: correct, equal on every replica, and access-controlled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests.support.pages.walking import Walker
from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.closures import sweep
from turnero.booking.journey import confirm, holds
from turnero.core.extensions import db
from turnero.operations.jobs import Leadership
from turnero.transparency.complaints import complaints
from turnero.web import refusals

TOKEN = "a-token-of-the-watch"


def figures(client, **options):
    text = client.get("/metrics", **options).get_data(as_text=True)
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    }


def test_an_empty_house_has_figures_too(client):
    found = figures(client)
    assert found["turnero_codes_sent_last_hour"] == 0
    assert found["turnero_oldest_mail_seconds"] == 0


def test_places_that_are_taken_kept_and_let_go(client, clock_shift):
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=3)
    slug = desk.agency.slug
    travellers = [at_hour_step(desk.agency, procedure, number) for number in range(3)]
    for traveller in travellers:
        holds.place(traveller.key, traveller.browser, next_workday(), 540)
    confirm.confirm_turn(travellers[0].key, travellers[0].browser)
    assert figures(client)[f'turnero_places_taken_last_10_minutes{{agency="{slug}"}}'] == 3
    clock_shift(timedelta(minutes=11))
    sweep.sweep()
    found = figures(client)
    assert f'turnero_places_taken_last_10_minutes{{agency="{slug}"}}' not in found
    steps = {name: found[f'turnero_turns_last_hour{{state="{name}"}}'] for name in ("held", "confirmed", "lapsed")}
    assert steps == {"held": 3, "confirmed": 1, "lapsed": 2}
    clock_shift(timedelta(hours=1))
    assert not any(name.startswith("turnero_turns_last_hour") for name in figures(client))


def test_many_people_of_one_mailbox_and_codes_that_are_wrong(client):
    for number, cedula in enumerate(("1700000001", "0900000001", "2000000006")):
        walker = Walker.begin(client, cedula)
        walker.post("contacto", correo=f"Tramitador+{number}@example.ec", celular="0991234567")
        walker.post("verificar", codigo="12345x")
        walker.post("verificar", codigo="000001")
    found = figures(client)
    assert found['turnero_cedulas_of_one_channel_last_day{channel="mailbox"}'] >= 1
    assert found['turnero_cedulas_of_one_channel_last_day{channel="browser"}'] == 3
    assert found['turnero_cedulas_of_one_channel_last_day{channel="mobile"}'] == 3
    assert found["turnero_codes_sent_last_hour"] == 3
    assert found["turnero_codes_refused_last_day"] == 3
    assert found['turnero_mails{status="waiting"}'] == 3


def test_staff_that_guess_are_counted(client):
    for _ in range(3):
        client.get("/agencia/entrar")
        client.submit(client.page.form("/agencia/entrar"), correo="eva@example.ec", clave="algo muy largo")
    assert figures(client)["turnero_sign_ins_failed_last_hour"] == 3


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("token", "options", "status"),
    [
        ("", {}, 200),
        ("", {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}, 404),
        ("", {"headers": {"X-Forwarded-For": "198.51.100.7"}}, 404),
        ("", {"headers": {"Forwarded": "for=198.51.100.7"}}, 404),
        ("", {"headers": {"Authorization": "Bearer "}, "environ_base": {"REMOTE_ADDR": "198.51.100.7"}}, 404),
        (TOKEN, {}, 404),
        (TOKEN, {"headers": {"Authorization": "Bearer wrong"}}, 404),
        (TOKEN, {"headers": {"Authorization": f"Bearer {TOKEN}"}}, 200),
        (
            TOKEN,
            {"headers": {"Authorization": f"Bearer {TOKEN}"}, "environ_base": {"REMOTE_ADDR": "198.51.100.7"}},
            200,
        ),
    ],
)
def test_who_may_look(make_app, token, options, status):
    with make_app("sqlite", TURNERO_METRICS_TOKEN=token) as app:
        assert app.test_client().get("/metrics", **options).status_code == status


def test_no_figure_names_a_person(client):
    Walker.begin(client).post("contacto", correo="ana.demo@example.ec", celular="0991234567")
    text = client.get("/metrics").get_data(as_text=True)
    assert not any(word in text for word in ("1700000001", "ana.demo", "991234567"))


def test_where_people_are_and_what_is_left(client, clock_shift):
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=1)
    traveller = at_hour_step(desk.agency, procedure)
    before = figures(client)
    assert before['turnero_journeys_last_hour{step="horario"}'] == 1
    assert before['turnero_places_left{days_ahead="1"}'] == 27
    holds.place(traveller.key, traveller.browser, next_workday(), 540)
    found = figures(client)
    assert found['turnero_journeys_last_hour{step="confirmar"}'] == 1
    assert found['turnero_places_left{days_ahead="1"}'] == 26


def test_work_that_is_late_and_jobs_that_are_silent(client, clock_shift):
    assert "turnero_jobs_silent_seconds" not in figures(client)
    Leadership().renew()
    complaints.file_complaint(complaints.Said("k", "complaint", "Esperé"), "b")
    found = figures(client)
    assert found["turnero_jobs_silent_seconds"] == 0
    assert found['turnero_late{what="complaints"}'] == 0
    clock_shift(timedelta(days=60))
    found = figures(client)
    assert found["turnero_jobs_silent_seconds"] > 86_400
    assert found['turnero_late{what="complaints"}'] == 1


def test_refusals_by_reason_from_every_process(app, client, clock_shift):
    """What another process wrote down, and what this one counted a moment ago; an hour later nothing."""
    client.get("/turno")
    for _ in range(2):
        client.submit(client.page.form("/turno"), cedula="1700000002")
    refusals._add({"cedula_invalid": 3, "flood": 1})
    found = figures(client)
    assert found['turnero_refusals_last_hour{reason="cedula_invalid"}'] == 5
    assert found['turnero_refusals_last_hour{reason="flood"}'] == 1
    clock_shift(timedelta(minutes=71))
    assert not any(name.startswith("turnero_refusals") for name in figures(client))
    clock_shift(timedelta(days=1))
    refusals.forget_refusals()
    assert db.session.scalars(select(refusals.Refusals)).all() == []


def test_refusals_are_written_down_beside_an_answer_once_it_is_time(app, client, monkeypatch):
    refusals.count_refusal("cap_reached")
    client.get("/ayuda")
    assert db.session.scalars(select(refusals.Refusals)).all() == []
    db.session.rollback()
    monkeypatch.setattr(refusals.Tally.take, "__defaults__", (0.0,))
    client.get("/ayuda")
    assert [(row.reason, row.times) for row in db.session.scalars(select(refusals.Refusals))] == [("cap_reached", 1)]


def test_nobodys_page_fails_because_it_cannot_be_counted(app, client, monkeypatch):
    def away(_counts):
        raise OperationalError("INSERT", {}, Exception("away"))

    monkeypatch.setattr(refusals, "_add", away)
    monkeypatch.setattr(refusals.Tally.take, "__defaults__", (0.0,))
    refusals.count_refusal("cap_reached")
    assert client.get("/ayuda").status_code == 200


def test_counts_that_come_at_once_are_all_kept(app):
    """Many processes write the same row in the same moment."""
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(in_its_own_context, app) for _ in range(40)]:
            done.result()
    assert db.session.scalar(select(func.sum(refusals.Refusals.times))) == 80


def in_its_own_context(app):
    with app.app_context():
        refusals._add({"flood": 1, "cap_reached": 1})
