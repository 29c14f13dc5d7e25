"""``turnero data``: everything about one person in a file, or erased."""

import json
import stat
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.booking.person.test_retention import where_found
from tests.support.rows.build import create_citizen, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step, cedula
from turnero.booking.closures import sweep
from turnero.booking.journey import change, confirm, holds
from turnero.booking.journey.steps import Details, give_details
from turnero.booking.person import privacy, retention
from turnero.booking.turn import history, queries
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Claim, Event, Journey
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.staff.actor import Actor
from turnero.verify.models import Citizen

NINE = 540
ANA = cedula(1)
ERASE = ("data", "erase", ANA, "--reason", "Solicitud 12")

pytestmark = [pytest.mark.desk(windows=3), pytest.mark.usefixtures("nothing_broken")]


@pytest.fixture
def turnero(app):
    def call(*arguments):
        result = app.test_cli_runner().invoke(args=arguments)
        db.session.rollback()
        return result.exit_code, result.output

    return call


def hold(desk, procedure, number=1, **values):
    traveller = at_hour_step(desk.agency, procedure, number, **values)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    return traveller


def book(desk, procedure, number=1, **values):
    traveller = hold(desk, procedure, number, **values)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


def exported(turnero, tmp_path):
    file = tmp_path / f"datos-{len(list(tmp_path.iterdir()))}.json"
    status, output = turnero("data", "export", ANA, str(file))
    assert status == 0, output
    return json.loads(file.read_text(encoding="utf-8"))


def test_the_file_holds_everything_about_the_person_and_nothing_of_others(desk, procedure, turnero, tmp_path):
    create_citizen(cedula=ANA, email="ana.demo@example.ec")
    turn = book(desk, procedure, registry_email="ana.demo@example.ec")
    book(desk, procedure, 2)
    found = exported(turnero, tmp_path)
    assert found["registro"]["nombres"] == "Ana María"
    (told,) = found["turnos"]
    assert (told["referencia"], told["estado"], told["canal"]) == (turn.reference, "confirmado", "web")
    assert told["inicio_utc"] == turn.starts_at.isoformat()
    assert (told["correo"], told["celular"]) == ("persona1@example.ec", "+593900000001")
    assert [event["a"] for event in told["eventos"]] == ["retenido", "confirmado"]
    assert {(mail["tipo"], mail["destino"]) for mail in told["correos"]} == {
        ("confirmation", "persona1@example.ec"),
        ("not_me", "ana.demo@example.ec"),
    }
    (journey,) = found["recorridos"]
    assert (journey["correo"], journey["correo_del_registro"]) == ("persona1@example.ec", "ana.demo@example.ec")
    assert "persona2" not in json.dumps(found)


def test_turns_already_forgotten_are_in_the_file_too_without_contact(desk, procedure, turnero, tmp_path, clock_shift):
    turn = book(desk, procedure)
    clock_shift(timedelta(days=70))
    sweep.sweep()
    retention.retain()
    (told,) = exported(turnero, tmp_path)["turnos"]
    assert (told["referencia"], told["correo"]) == (turn.reference, None)
    assert told["cedula"].startswith("p:")


def test_third_parties_are_found_too(desk, procedure, turnero, tmp_path):
    traveller = at_hour_step(desk.agency, procedure, 2)
    give_details(traveller.key, traveller.browser, Details(ANA, "Ana Apoderada", priority=False))
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    turn = queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))
    assert exported(turnero, tmp_path)["turnos_de_otra_persona"] == [
        {"referencia": turn.reference, "nombre": "Ana Apoderada"}
    ]
    assert turnero(*ERASE)[0] == 0
    assert where_found("Apoderada") == ["bookings.third_party_name", "journeys.third_party_name"]  # still to come


def test_a_person_nobody_knows_gives_an_empty_file_and_nothing_to_erase(turnero, tmp_path):
    found = exported(turnero, tmp_path)
    assert (found["registro"], found["turnos"], found["recorridos"]) == (None, [], [])
    assert turnero(*ERASE) == (0, "No hay nada de 17••••••18 que borrar.\n".replace("18", ANA[-2:]))


def test_the_file_is_its_makers_alone_and_none_is_overwritten(turnero, tmp_path):
    file = tmp_path / "datos.json"
    assert turnero("data", "export", ANA, str(file))[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    status, output = turnero("data", "export", ANA, str(file))
    assert (status, "Ya existe" in output) == (1, True)
    status, output = turnero("data", "export", ANA, str(tmp_path / "no" / "datos.json"))
    assert (status, "No se pudo escribir" in output) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("data", "export", "1700000002", "x.json"),
        ("data", "erase", "12", "--reason", "x"),
        ("data", "erase", ANA),
        ("data", "erase", ANA, "--reason", "  "),
    ],
)
def test_a_bad_cedula_and_a_missing_reason_are_wrong_use(turnero, arguments):
    assert turnero(*arguments)[0] == 2


def test_the_command_line_never_repeats_the_cedula(desk, procedure, turnero, tmp_path):
    book(desk, procedure)
    for arguments in (("data", "export", ANA, str(tmp_path / "x.json")), (*ERASE, "--cancel-turns")):
        assert ANA not in turnero(*arguments)[1]


def test_turns_to_come_are_not_erased_unless_they_may_be_cancelled(desk, procedure, turnero):
    turn = book(desk, procedure)
    status, output = turnero(*ERASE)
    assert status == 1
    assert "turnos pendientes (1)" in output
    assert "--cancel-turns" in output
    assert where_found("persona1@") != []
    assert turnero(*ERASE, "--cancel-turns")[0] == 0
    assert where_found("persona1@", ANA, "browser-1", "+593900000001") == []
    db.session.refresh(turn)
    assert turn.status == "cancelled"
    assert db.session.scalars(select(Claim.purpose)).all() == ["delay"]
    last = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (str(last.actor), last.what, last.details) == ("command line", "erased", {"basis": "Solicitud 12"})


def test_past_turns_are_forgotten_at_once_and_their_figures_stay(desk, procedure, turnero, clock_shift, smtp):
    turn = book(desk, procedure)
    clock_shift(turn.starts_at - clock.now() + timedelta(hours=1))
    status, output = turnero(*ERASE)
    assert (status, "turnos 1 (cancelados 0)" in output) == (0, True)
    assert where_found("persona1@", ANA, "browser-1") == []
    assert db.session.scalar(select(func.count()).where(Booking.status == "confirmed")) == 1
    deliver_all()
    assert smtp.messages == []


def test_holds_journeys_and_changes_under_way_end(desk, procedure, turnero):
    turn = book(desk, procedure)
    key = change.begin_change(queries.token_of(turn), "browser-1")
    holds.place(key, "browser-1", next_workday(), NINE + 20)
    hold(desk, create_procedure(line=procedure.line), 3, cedula=ANA)
    assert turnero(*ERASE, "--cancel-turns")[0] == 0
    assert db.session.scalar(select(func.count()).select_from(Journey)) == 0
    assert db.session.scalars(select(Booking.status)).all() == ["cancelled"]
    assert db.session.scalars(select(Claim.purpose)).all() == ["delay"]


def test_others_and_the_registry_stay_as_they_are(desk, procedure, turnero):
    create_citizen(cedula=ANA, email="ana.demo@example.ec")
    book(desk, procedure)
    book(desk, procedure, 2)
    turnero(*ERASE, "--cancel-turns")
    assert db.session.get(Citizen, ANA).email == "ana.demo@example.ec"
    assert db.session.scalars(select(Booking.email).where(Booking.status == "confirmed")).all() == [
        "persona2@example.ec"
    ]
    assert db.session.scalars(select(Notice.address).order_by(Notice.id)).all() == ["", "persona2@example.ec"]


def test_somebody_who_is_at_the_agency_is_attended_first(desk, procedure, turnero, clock_shift):
    turn = book(desk, procedure)
    clock_shift(turn.starts_at - clock.now())
    history.move(turn, Status.ARRIVED, actor=Actor.staff(1), now=clock.now())
    db.session.commit()
    assert turnero(*ERASE, "--cancel-turns")[0] == 1
    assert where_found("persona1@") != []
    clock_shift(timedelta(days=2))  # gone without a word
    assert turnero(*ERASE)[0] == 0
    assert where_found("persona1@") == []


def test_an_erased_person_can_request_a_turn_again(desk, procedure, turnero):
    book(desk, procedure)
    turnero(*ERASE, "--cancel-turns")
    assert book(desk, procedure).status == "confirmed"
    assert privacy.everything_about(ANA)["turnos"][0]["cedula"].startswith("p:")
