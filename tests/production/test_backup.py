"""A backup is a rehearsal: made while people book, brought back, and nothing old is opened, sent or given out again."""

import sqlite3
import stat
from subprocess import CompletedProcess

import pytest
from sqlalchemy import func, select, text

from config import Settings
from tests.support.pages.page import read
from tests.support.pages.walking import Walker
from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.staff import create_account, signed_in
from tests.support.scenes.crowd import all_at_once
from turnero.agencies.models import Desk, Procedure
from turnero.booking.journey import confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.operations import backup, restore, schema
from turnero.operations.audit import audit
from turnero.operations.jobs import Leadership

ELEVEN = 660

pytestmark = pytest.mark.desk(windows=30)


def book(desk, procedure, number, minute=ELEVEN) -> str:
    """The reference of a turn just confirmed."""
    traveller = at_hour_step(desk.agency, procedure, number)
    holds.place(traveller.key, traveller.browser, next_workday(), minute)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser)).reference


def state() -> dict[str, tuple[str, object, int]]:
    """Every turn by its reference: status, day and minute."""
    db.session.rollback()
    rows = db.session.execute(select(Booking.reference, Booking.status, Booking.day, Booking.minute))
    return {row.reference: (row.status, row.day, row.minute) for row in rows}


def test_a_backup_made_while_people_book_is_one_moment(app, tmp_path, desk, procedure):
    file = tmp_path / "copia"
    travellers = [at_hour_step(desk.agency, procedure, number) for number in range(12)]

    def one(traveller):
        def work() -> None:
            holds.place(traveller.key, traveller.browser, next_workday(), ELEVEN)
            confirm.confirm_turn(traveller.key, traveller.browser)

        return work

    all_at_once(app, [*map(one, travellers), lambda: backup.write_backup(file)])
    restore.restore(file, replace=True)
    assert [str(violation) for violation in audit()] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_restore_brings_back_what_was_there_and_opens_sends_and_gives_out_nothing_old(
    app, tmp_path, desk, procedure, smtp
):
    kept = [book(desk, procedure, number) for number in range(3)]
    deliver_all()
    smtp.clear()
    kept.append(book(desk, procedure, 3))  # its mail is still owed when the backup is made
    walker = Walker.at_hours(app.test_client(), desk, procedure, number=50)
    walker.hold(next_workday(), ELEVEN + 20)
    clerk = signed_in(app, create_account(desk.agency), 7)
    Leadership().renew()
    before = state()
    backup.write_backup(tmp_path / "copia")
    deliver_all()  # the mail goes, and the backup knows nothing of it
    smtp.clear()
    lost = {book(desk, procedure, 100 + number, ELEVEN + 40) for number in range(20)}
    smtp.clear()

    done = restore.restore(tmp_path / "copia", replace=True)

    assert (done.turns, done.holds, done.notices) == (5, 1, 1)
    assert [str(violation) for violation in audit()] == []
    held = [reference for reference, (status, *_) in before.items() if status == "held"]
    assert {one: facts for one, facts in state().items() if one not in held} == {one: before[one] for one in kept}
    assert state()[held[0]][0] == "lapsed"
    assert not lost & set(state())
    deliver_all()
    assert smtp.messages == []
    assert db.session.scalar(select(func.count()).where(Notice.status == "dead")) == 1
    assert walker.get("confirmar").status_code == 404
    assert clerk.get("/agencia/agenda").location.startswith("/agencia/entrar")
    assert Leadership().renew()
    assert schema.is_current()
    book(db.session.scalars(select(Desk)).one(), db.session.scalars(select(Procedure)).one(), 200)  # people go on


def test_people_can_send_what_was_owed(app, tmp_path, desk, procedure, smtp):
    book(desk, procedure, 1)
    backup.write_backup(tmp_path / "copia")
    restore.restore(tmp_path / "copia", replace=True)
    app.test_cli_runner().invoke(args=["mail", "retry"])
    deliver_all()
    assert len(smtp.messages) == 1


# -- what cannot be done is said, and changes nothing


def test_the_two_commands_as_they_are_typed(app, tmp_path, desk, procedure):
    book(desk, procedure, 1)
    file = str(tmp_path / "copia")
    made = app.test_cli_runner().invoke(args=["backup", file])
    assert (made.exit_code, "Copia completa" in made.output) == (0, True)
    again = app.test_cli_runner().invoke(args=["backup", file])
    assert (again.exit_code, "Ya existe" in again.output) == (1, True)
    refused = app.test_cli_runner().invoke(args=["restore", file])
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    done = app.test_cli_runner().invoke(args=["restore", file, "--replace"])
    assert (done.exit_code, "Turnos y reservas: 1" in done.output) == (0, True)


def test_a_backup_comes_back_into_an_empty_database(make_app, tmp_path, engine):
    file = tmp_path / "copia"
    with make_app(engine):
        procedure = create_procedure(minutes=20)
        kept = book(create_desk(procedure.line), procedure, 1)
        backup.write_backup(file)
    (tmp_path / "turnero.sqlite3").unlink(missing_ok=True)
    with make_app(engine, migrated=False):
        restore.restore(file, replace=False)
        assert kept in state()


@pytest.mark.parametrize("content", [b"", b"a letter", b"SQLite format 3\0 and no more", b"PGDMP and no more"])
def test_a_file_that_is_not_a_backup_is_refused(app, tmp_path, desk, procedure, content):
    kept = book(desk, procedure, 1)
    (tmp_path / "carta").write_bytes(content)
    result = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "carta"), "--replace"])
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert result.output.startswith("Devolviendo la copia…\nError: ")
    assert kept in state()


def test_a_missing_file_is_refused(app, tmp_path):
    result = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "nada")])
    assert (result.exit_code, "no es una copia" in result.output) == (1, True)


def test_a_backup_of_another_version_is_refused(app, tmp_path, desk, procedure):
    file = tmp_path / "copia"
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    backup.write_backup(file)
    db.session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": schema.newest()})
    db.session.commit()
    kept = book(desk, procedure, 1)
    with pytest.raises(restore.OtherVersion):
        restore.restore(file, replace=True)
    assert kept in state()


# -- killed on the way


def test_a_backup_killed_on_the_way_leaves_no_file_of_that_name(app, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def die(_path):
        raise Killed

    monkeypatch.setattr(backup, "_to_the_disk", die)
    with pytest.raises(Killed):
        backup.write_backup(tmp_path / "copia")
    assert not (tmp_path / "copia").exists()


def test_a_restore_killed_before_it_is_safe_leaves_a_database_nothing_starts_on(
    app, tmp_path, desk, procedure, monkeypatch
):
    kept = book(desk, procedure, 1)
    backup.write_backup(tmp_path / "copia")

    class Killed(BaseException):
        pass

    def die(_now):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(restore, "_end_holds", die)
        with pytest.raises(Killed):
            restore.restore(tmp_path / "copia", replace=True)
    assert not schema.is_current()
    assert app.test_client().get("/readyz").status_code == 503
    for command in ("serve", "jobs"):
        result = app.test_cli_runner().invoke(args=[command])
        assert (result.exit_code, "turnero migrate" in result.output) == (1, True)
    restore.restore(tmp_path / "copia", replace=False)  # once more, and it is done
    assert schema.is_current()
    assert kept in state()


def test_a_restore_that_fails_half_way_leaves_the_old_database(app, tmp_path, desk, procedure, monkeypatch):
    backup.write_backup(tmp_path / "copia")
    kept = book(desk, procedure, 1)
    cut = (tmp_path / "copia").read_bytes()
    (tmp_path / "media").write_bytes(cut[: len(cut) * 2 // 3])
    monkeypatch.setattr(backup, "revision_of", lambda _source: schema.newest())
    with pytest.raises(backup.CopyFailed):
        restore.restore(tmp_path / "media", replace=True)
    assert kept in state()
    assert schema.is_current()


@pytest.mark.engines("sqlite")
def test_a_restore_is_refused_while_another_process_works_with_the_file(app, tmp_path, desk, procedure):
    backup.write_backup(tmp_path / "copia")
    kept = book(desk, procedure, 1)
    with sqlite3.connect(db.engine.url.database, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(backup.CopyFailed):
            restore.restore(tmp_path / "copia", replace=True)
        other.execute("ROLLBACK")
    other.close()
    assert kept in state()


@pytest.mark.engines("postgresql")
def test_no_password_is_on_a_command_line(app, monkeypatch, tmp_path):
    url = "postgresql://ana:secreto@127.0.0.1:1/x?sslmode=require"
    settings = Settings.from_environ({"TURNERO_ENV": "test", "TURNERO_DATABASE_URL": url})
    asked = []

    def run(command, **how):
        asked.append((" ".join(command), how["env"]))
        return CompletedProcess(command, 0)

    monkeypatch.setitem(app.config, "SETTINGS", settings)
    monkeypatch.setattr(backup.subprocess, "run", run)
    backup.write_backup(tmp_path / "copia")
    command, environ = asked[0]
    assert "secreto" not in command
    names = ("PGPASSWORD", "PGUSER", "PGHOST", "PGPORT", "PGDATABASE", "PGSSLMODE")
    assert [environ[name] for name in names] == ["secreto", "ana", "127.0.0.1", "1", "x", "require"]


def test_the_page_of_a_dead_journey_offers_a_new_start(app, tmp_path, desk, procedure):
    walker = Walker.at_hours(app.test_client(), desk, procedure)
    backup.write_backup(tmp_path / "copia")
    restore.restore(tmp_path / "copia", replace=True)
    answer = walker.get("horario")
    assert answer.status_code == 404
    assert "/turno" in read(answer.text).links.values()
