"""A restore interrupted at any point changes nothing and reports one sentence."""

import errno

import pytest

from tests.production.test_backup import book, state
from tests.support.rows.build import create_desk, create_procedure
from turnero.operations import backup, restore, schema

# Between two statements, where what had arrived is a whole script of its own.
PLACES = ("\nCOPY ", "\nCREATE INDEX ", "\nCREATE UNIQUE INDEX ")


class Killed(BaseException):
    """We end here, and psql's input with us."""


@pytest.fixture
def world(app, tmp_path):
    """A backup of two turns, and a third that only the database knows."""
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line)
    for number in range(2):
        book(desk, procedure, number)
    backup.write_backup(tmp_path / "copia")
    return book(desk, procedure, 2)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("place", PLACES)
def test_a_restore_that_dies_half_way_leaves_the_old_database(world, tmp_path, monkeypatch, place):
    def cut(script, into):
        whole = script.read()
        into.write(whole[: whole.rindex(place.encode()) + 1])
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(backup.shutil, "copyfileobj", cut)
        with pytest.raises(Killed):
            restore.restore(tmp_path / "copia", replace=True)
    assert (len(state()), world in state()) == (3, True)
    assert schema.is_current()


@pytest.mark.engines("postgresql")
def test_a_failing_psql_is_reported(app, world, tmp_path, monkeypatch):
    def write_until_it_is_gone(_script, into):
        while True:
            into.write(b"\n" * 1000)

    right = backup._environment()
    monkeypatch.setattr(backup.shutil, "copyfileobj", write_until_it_is_gone)
    monkeypatch.setattr(backup, "_environment", lambda: right | {"PGDATABASE": "nowhere"})
    monkeypatch.setattr(backup, "revision_of", lambda _source: schema.newest())
    result = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "copia"), "--replace"])
    assert (result.exit_code, "No se cambió nada." in result.output, "nowhere" in result.output) == (1, True, True)
    assert world in state()


def test_a_disk_without_hard_links_is_reported(app, tmp_path, monkeypatch):
    def refuse(_old, _new):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(backup.os, "link", refuse)
    result = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "copia")])
    assert (result.exit_code, "Operation not permitted" in result.output) == (1, True)
    assert not (tmp_path / "copia").exists()
