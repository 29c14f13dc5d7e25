"""References: none that was given out after a backup is given again by the database that is brought back."""

from itertools import chain, repeat

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import holds
from turnero.booking.turn import reference, reference_eras
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db
from turnero.operations import backup, restore

LOST = 40


def drawn_again(lost: list[str], monkeypatch) -> str:
    """What is given out when chance would bring the lost references first, one after another."""
    letters = chain.from_iterable(one[:-1] for one in lost)
    others = iter(lambda: reference.secrets.SystemRandom().choice(reference.LETTERS), None)
    with monkeypatch.context() as patch:
        luck = chain(letters, others)
        patch.setattr(reference.secrets, "choice", lambda _letters: next(luck))
        return reference_eras.unused()


def test_a_reference_given_after_the_backup_is_never_given_again(app, tmp_path, monkeypatch):
    backup.write_backup(tmp_path / "copia")
    lost = [reference_eras.unused() for _ in range(LOST)]
    restore.restore(tmp_path / "copia", replace=True)
    assert drawn_again(lost, monkeypatch) not in lost


def test_control_in_the_same_era_chance_could_bring_it_again(app, tmp_path, monkeypatch):
    backup.write_backup(tmp_path / "copia")
    lost = [reference_eras.unused() for _ in range(LOST)]
    monkeypatch.setattr(reference_eras, "begin_another_era", lambda: None)
    restore.restore(tmp_path / "copia", replace=True)
    assert drawn_again(lost, monkeypatch) == lost[0]


def test_one_backup_that_comes_back_twice_gives_nothing_again(app, tmp_path, monkeypatch):
    backup.write_backup(tmp_path / "copia")
    restore.restore(tmp_path / "copia", replace=True)
    lost = [reference_eras.unused() for _ in range(LOST)]  # between the two
    restore.restore(tmp_path / "copia", replace=True)
    assert drawn_again(lost, monkeypatch) not in lost


def test_a_killed_restore_does_not_forget_the_era(app, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def die(_now):
        raise Killed

    backup.write_backup(tmp_path / "copia")
    restore.restore(tmp_path / "copia", replace=True)
    lost = [reference_eras.unused() for _ in range(LOST)]
    db.session.rollback()
    with monkeypatch.context() as patch:
        patch.setattr(restore, "_end_holds", die)
        with pytest.raises(Killed):
            restore.restore(tmp_path / "copia", replace=True)
    restore.restore(tmp_path / "copia", replace=False)
    assert drawn_again(lost, monkeypatch) not in lost


def test_an_era_that_is_crowded_gives_way_to_the_next(app, monkeypatch):
    procedure = create_procedure(minutes=20)
    traveller = at_hour_step(create_desk(procedure.line).agency, procedure, 1)
    holds.place(traveller.key, traveller.browser, next_workday(), 660)
    taken = db.session.scalars(select(Booking.reference)).one()
    era = reference_eras.present_era()
    stuck = chain(repeat(taken, 8), ["C23456"])
    monkeypatch.setattr(reference, "new_reference", lambda _era: next(stuck))
    assert reference_eras.unused() == "C23456"
    assert reference_eras.present_era().number == era.number + 1
    assert era.salt == reference_eras.present_era().salt
