"""The figures for whoever watches: right, the same on every replica, and for nobody else."""

from datetime import timedelta

import pytest

from tests.support.build import create_desk, create_procedure, next_workday
from tests.support.journeys import at_hour_step
from tests.support.walking import Walker
from turnero.booking import bookings, holds, sweep
from turnero.jobs import Leadership
from turnero.transparency import complaints

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
    bookings.confirm(travellers[0].key, travellers[0].browser)
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
    complaints.file(complaints.Said("k", "complaint", "Esperé"), "b")
    found = figures(client)
    assert found["turnero_jobs_silent_seconds"] == 0
    assert found['turnero_late{what="complaints"}'] == 0
    clock_shift(timedelta(days=60))
    found = figures(client)
    assert found["turnero_jobs_silent_seconds"] > 86_400
    assert found['turnero_late{what="complaints"}'] == 1
