from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_local_holiday
from turnero.cli import main
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.transparency.complaints import complaints
from turnero.transparency.complaints.complaints import Said, TooManyComplaints
from turnero.transparency.models import Complaint
from turnero.transparency.months import closing

EMAIL = "ana.demo@example.ec"

pytestmark = pytest.mark.usefixtures("nothing_broken")


def said(key="k", kind="complaint", **values):
    return Said(key, kind, "Esperé mucho", **values)


def rows():
    db.session.rollback()
    return db.session.scalars(select(Complaint).order_by(Complaint.id)).all()


def turnero(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    db.session.rollback()
    return ended.value.code or 0


def post(client, **fields):
    client.get("/queja")
    form = client.page.form("/queja")
    client.submit(form, **{"tipo": "queja", "texto": "Esperé dos horas"} | fields)
    return client


def test_a_complaint_gets_a_number_a_term_and_a_page(app, client):
    agency = create_agency(slug="centro")
    post(client, agencia="centro", satisfaccion="2", correo=EMAIL)
    (row,) = rows()
    assert (row.kind, row.agency_id, row.satisfaction, row.email) == ("complaint", agency.id, 2, EMAIL)
    assert row.due_day == date(2026, 11, 30)  # fifteen working days after Monday 9
    client.get(f"/queja/{row.number}")
    assert client.page.h1 == "Recibimos su queja"
    assert "lunes 30 de noviembre de 2026" in client.page.text
    assert "Esperé" not in client.page.text


def test_holidays_of_the_country_stop_the_term(app, clock_shift):
    create_local_holiday(date(2026, 12, 6))
    clock_shift(timedelta(days=30))  # 9 December
    complaints.file_complaint(said(), "b")
    assert rows()[0].due_day == date(2026, 12, 31)  # Christmas is left out, the holiday of one province is not


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tipo": ""}, "tipo"),
        ({"texto": " "}, "texto"),
        ({"texto": "a" * 4001}, "texto"),
        ({"correo": "ana@"}, "correo"),
    ],
)
def test_errors_are_reported_and_input_is_kept(app, client, fields, field):
    post(client, **{"correo": EMAIL} | fields)
    assert client.response.status_code == 422
    assert set(client.page.errors) == {field}
    assert rows() == []


def test_the_same_form_twice_is_one_complaint(app):
    assert complaints.file_complaint(said(), "b") == complaints.file_complaint(said(), "b")
    assert len(rows()) == 1


def test_a_browser_says_five_things_a_day(app, clock_shift):
    for number in range(5):
        complaints.file_complaint(said(str(number)), "b")
    with pytest.raises(TooManyComplaints):
        complaints.file_complaint(said("6"), "b")
    complaints.file_complaint(said("7"), "another")
    clock_shift(timedelta(days=1, minutes=1))
    complaints.file_complaint(said("8"), "b")


def test_it_is_answered_once_by_mail_and_on_its_page(app, client, smtp, capsys):
    number = complaints.file_complaint(said(email=EMAIL), "b")
    complaints.file_complaint(said("anonymous"), "c")
    assert turnero("complaints", "list") == 0
    assert number in capsys.readouterr().out
    assert turnero("complaints", "answer", number, "--text", "Abriremos otra ventanilla.") == 0
    assert turnero("complaints", "answer", number, "--text", "Otra cosa") == 1
    deliver_all()
    smtp.wait_for(EMAIL, "Recibimos lo que nos escribió")
    told = smtp.wait_for(EMAIL, "Respuesta a lo que nos escribió")
    for part in ("plain", "html"):
        assert "Abriremos otra ventanilla." in told.get_body((part,)).get_content()
    client.get(f"/queja/{number.lower()}")
    assert "Abriremos otra ventanilla." in client.page.text
    assert len(complaints.unanswered()) == 1


def test_only_complaints_count_and_in_their_month(app):
    complaints.file_complaint(said("1"), "b")
    complaints.file_complaint(said("2", kind="thanks"), "b")
    assert complaints.in_month(date(2026, 11, 1)) == 1
    assert complaints.in_month(date(2026, 10, 1)) == 0


def test_a_year_after_its_answer_nothing_of_the_person_is_left(app, clock_shift):
    number = complaints.file_complaint(said(email=EMAIL), "b")
    complaints.answer_complaint(number, "Gracias")
    clock_shift(timedelta(days=364))
    assert complaints.forget_complaints() == 0
    clock_shift(timedelta(days=2))
    assert complaints.forget_complaints() == 1
    assert complaints.forget_complaints() == 0
    (row,) = rows()
    assert (row.email, row.browser, row.words, row.kind) == (None, None, "", "complaint")
    assert db.session.scalars(select(Notice.address)).all() == ["", ""]


@pytest.mark.parametrize("number", ["nada", "AAAAAAAAAAAA", "%00"])
def test_an_unknown_number_has_no_page(app, client, number):
    assert client.get(f"/queja/{number}").status_code in (400, 404)


def test_the_month_counts_its_complaints(app, clock_shift):
    complaints.file_complaint(said(), "b")
    clock_shift(timedelta(days=30))
    closing.close_month(date(2026, 11, 1))
    assert [(row.attentions, row.complaints) for row in closing.published()] == [(0, 1)]


def test_another_browser_with_the_same_key_has_a_complaint_of_its_own(app):
    assert complaints.file_complaint(said(), "b") != complaints.file_complaint(said(), "another")


def test_thanks_are_forgotten_after_a_year_too(app, clock_shift):
    complaints.file_complaint(said("1", kind="thanks", email=EMAIL), "b")
    complaints.file_complaint(said("2", email=EMAIL), "b")  # nobody has answered this one yet
    clock_shift(timedelta(days=366))
    assert complaints.forget_complaints() == 1
    assert [row.email for row in rows()] == [None, EMAIL]
