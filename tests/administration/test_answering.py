"""Complaints in the administration: lists and answers."""

from datetime import timedelta

from sqlalchemy import select

from tests.support.rows.staff import create_account
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import Account
from turnero.transparency.complaints import complaints
from turnero.transparency.complaints.complaints import Said


def said(key, kind="complaint", **values):
    return complaints.file_complaint(Said(key, kind, f"Palabras {key}", **values), "b")


def tables(governor):
    """By caption the rows of a page's tables, as texts of their cells."""
    return {
        table.one("caption").text: [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")[1:]]
        for table in governor.get("/admin/quejas").all("table")
    }


def facts(governor):
    return {item.one("dt").text: item.one("dd").text for item in governor.page.one("dl").all("div")}


def test_a_complaint_is_answered_once(admin, desk):
    number = said("uno", agency=desk.agency.slug)
    assert admin.send(f"/admin/quejas/{number}", respuesta="") == 422
    assert "Después no se puede cambiar." in admin.save(
        f"/admin/quejas/{number}", respuesta="Lo sentimos.\nYa hay más."
    )
    assert complaints.by_number(number).answer == "Lo sentimos.\r\nYa hay más.".replace("\r", "")
    assert "Todas tienen respuesta" in admin.get("/admin/quejas").text


def test_the_list_tells_agency_day_and_mail_and_keeps_what_was_answered(new_admin, desk, clock_shift):
    urgent = said("uno", agency=desk.agency.slug, email="ana@example.ec")
    clock_shift(timedelta(days=1))
    later = said("dos")
    admin = new_admin()
    came, next_day = "lunes 9 de noviembre de 2026", "martes 10 de noviembre de 2026"
    assert [row[:3] + row[4:] for row in tables(admin)["La más urgente primero"]] == [
        [urgent, desk.agency.name, came, "Sí", "Palabras uno"],
        [later, "Ninguna en particular", next_day, "No", "Palabras dos"],
    ]
    complaints.answer_complaint(urgent, "Lo sentimos.")
    found = tables(admin)
    assert [row[0] for row in found["La más urgente primero"]] == [later]
    assert found["La última respondida primero"] == [[urgent, desk.agency.name, came, next_day, "Palabras uno"]]
    clock_shift(timedelta(days=90, minutes=1))
    assert "La última respondida primero" not in tables(new_admin())


def test_an_answered_complaint_says_who_answered_and_when(admin, desk):
    number = said("uno", agency=desk.agency.slug)
    admin.get(f"/admin/quejas/{number}")
    assert facts(admin)["Se responde hasta"] == "lunes 30 de noviembre de 2026"
    assert facts(admin)["Agencia"] == desk.agency.name
    admin.save(f"/admin/quejas/{number}", respuesta="Lo sentimos.")
    text = admin.get(f"/admin/quejas/{number}").text
    me = db.session.scalars(select(Account)).one()
    assert facts(admin)["Quién respondió"] == me.email
    assert facts(admin)["Respondida"].startswith("lunes 9 de noviembre de 2026, 10:0")
    assert "Lo sentimos." in text
    assert "Se responde hasta" not in text


def test_each_answer_has_its_own_author(admin, desk):
    first, second = said("uno"), said("dos")
    complaints.answer_complaint(
        first, "Sí.", by=Actor.staff(create_account(desk.agency, "supervisor", "eva@example.ec").id)
    )
    complaints.answer_complaint(second, "No.")
    # Two answers of one instant, as two people may give them.
    complaints.by_number(second).answered_at = complaints.by_number(first).answered_at
    db.session.commit()
    for number, who in ((first, "eva@example.ec"), (second, "Línea de comandos")):
        admin.get(f"/admin/quejas/{number}")
        assert facts(admin)["Quién respondió"] == who


def test_suggestions_and_thanks_have_a_list_of_their_own(admin, supervisor, desk, saved):
    thanks = said("uno", "thanks", agency=desk.agency.slug)
    idea = said("dos", "suggestion", email="ana@example.ec")
    assert [row[:3] + row[4:6] for row in tables(admin)["La más reciente primero"]] == [
        [idea, "Sugerencia", "Ninguna en particular", "Sí", "—"],
        [thanks, "Felicitación", desk.agency.name, "No", "—"],
    ]
    assert [row[0] for row in tables(supervisor(desk.agency))["La más reciente primero"]] == [thanks]
    assert admin.get(f"/admin/quejas/{idea}").h1 == f"Sugerencia {idea}"
    assert "Se responde hasta" not in admin.page.text
    admin.save(f"/admin/quejas/{idea}", respuesta="Buena idea.")
    assert saved()[-1] == f"Responde la sugerencia {idea}."
    assert [row[5] for row in tables(admin)["La más reciente primero"]] == ["lunes 9 de noviembre de 2026", "—"]


def test_after_a_year_the_page_says_that_the_words_are_gone(new_admin, clock_shift):
    number = said("uno")
    complaints.answer_complaint(number, "Lo sentimos.")
    clock_shift(timedelta(days=366))
    complaints.forget_complaints()
    assert "lo que se escribió se borró" in new_admin().get(f"/admin/quejas/{number}").text
