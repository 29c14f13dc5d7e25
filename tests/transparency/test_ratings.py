"""How people were attended, as they say it: asked once by mail, answered once, counted without their name."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import start_writing
from tests.support.rows.visits import arrived, attended, rating_path, turn
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.transparency.models import Rating
from turnero.transparency.months import closing
from turnero.transparency.open_data import tables
from turnero.transparency.ratings import ratings

pytestmark = pytest.mark.desk(windows=9)


@pytest.fixture
def visit(desk, procedure):
    """Makes a visit of person ``number`` that has just ended; the id of its turn."""
    return lambda number=1: attended(desk, procedure, 640, number)


def asked():
    db.session.rollback()
    return db.session.scalars(select(Notice).where(Notice.kind == "visit")).all()


def test_half_an_hour_after_the_visit_one_mail_asks(smtp, clock_shift, visit):
    booking_id = visit()
    assert ratings.ask() == 0
    clock_shift(timedelta(minutes=31))
    assert ratings.ask() == 1
    assert ratings.ask() == 0
    deliver_all()
    (mail,) = (mail for mail in smtp.messages if mail["Subject"] == "¿Cómo le atendieron?")
    assert rating_path(booking_id) in mail.get_body(("plain",)).get_content()


def test_a_day_later_nobody_is_asked(clock_shift, visit):
    visit()
    clock_shift(timedelta(days=1, minutes=1))
    assert ratings.ask() == 0


def test_an_undone_attention_sends_no_rating_mail(smtp, clock_shift, visit):
    booking_id = visit()
    clock_shift(timedelta(minutes=31))
    ratings.ask()
    start_writing()
    turn(booking_id).status = "called"  # as if somebody could take it back this late
    db.session.commit()
    deliver_all()
    assert [notice.status for notice in asked()] == ["dropped"]


def test_a_rating_counts_once_and_is_anonymous(client, visit):
    booking_id = visit()
    path = rating_path(booking_id)
    client.get(path)
    client.submit(client.page.form(path))
    assert set(client.page.errors) == {"satisfaccion"}
    client.submit(client.page.form(path), satisfaccion="4", texto="Todo bien")
    assert client.page.h1 == "Gracias por su opinión"
    ratings.save_rating(*path.split("/")[2:], ratings.Said(1, ""))
    (row,) = db.session.scalars(select(Rating)).all()
    assert (row.satisfaction, row.words) == (4, "Todo bien")
    booking = turn(booking_id)
    assert booking.token_nonce not in row.key
    assert not {str(value) for value in vars(row).values()} & {booking.reference, booking.cedula, booking.email}


def test_nobody_else_may_answer_and_a_month_later_nobody(client, desk, clock_shift, visit, procedure):
    booking_id = visit()
    path = rating_path(booking_id)
    other = path[:-1] + ("A" if path[-1] != "A" else "B")
    waiting = arrived(desk, procedure, 660, 2)
    for wrong in (other, rating_path(waiting), re.sub("/opinion/.{7}", "/opinion/CCCCCCC", path)):
        assert client.get(wrong).status_code == 404
    assert client.get(path).status_code == 200
    clock_shift(timedelta(days=31))
    assert client.get(path).status_code == 404


def test_the_month_shows_the_mean_of_enough_ratings(clock_shift, visit):
    for number, steps in enumerate((5, 5, 4, 3, 1), start=1):
        ratings.save_rating(*rating_path(visit(number)).split("/")[2:], ratings.Said(steps, ""))
    clock_shift(timedelta(days=30))
    closing.close_month(date(2026, 11, 1))
    (row,) = tables.parts_of(closing.published()[-1]).agencies
    assert (row["opiniones"], row["satisfaccion"]) == (5, 3.6)


def test_few_opinions_are_suppressed(clock_shift, visit):
    ratings.save_rating(*rating_path(visit()).split("/")[2:], ratings.Said(1, ""))
    clock_shift(timedelta(days=30))
    closing.close_month(date(2026, 11, 1))
    (row,) = tables.parts_of(closing.published()[-1]).agencies
    assert (row["opiniones"], row["satisfaccion"]) == (None, None)


def test_a_year_later_the_words_are_gone_and_the_number_stays(visit, clock_shift):
    ratings.save_rating(*rating_path(visit()).split("/")[2:], ratings.Said(2, "Me llamo Ana"))
    clock_shift(timedelta(days=364))
    assert ratings.forget_ratings() == 0
    clock_shift(timedelta(days=1))
    assert ratings.forget_ratings() == 1
    db.session.rollback()
    assert [(row.satisfaction, row.words) for row in db.session.scalars(select(Rating))] == [(2, "")]
