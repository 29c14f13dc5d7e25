"""Every mail that can be sent, with the facts it needs and with hostile ones."""

import re
from html.parser import HTMLParser

import pytest

from tests.support.rows.notices import code_mail, turn
from turnero.booking.waiting.notices import RequestText
from turnero.notices.rendering import Mail, fill, qr_picture

CLOSING = "Este trámite no tiene costo. No entregue sus datos a tramitadores."
HOSTILE = '<script>alert(1)</script>{{ 7 * 7 }} & "O\'Brien"'


def mails(**changes):
    return {
        "code": code_mail(),
        "confirmation": Mail("confirmation", {"turn": turn(**changes)}, (qr_picture("K7MQ4XR"),)),
        "cancellation": Mail("cancellation", {"turn": turn(**changes), "reason": ""}),
        "link": Mail("link", {"turn": turn(**changes)}),
        "reminder": Mail("reminder", {"turn": turn(**changes)}, (qr_picture("K7MQ4XR"),)),
        "not_me": Mail(
            "not_me",
            {
                "procedure_name": "Notificación de glosas",
                "cedula": "17••••••01",
                "link": "http://127.0.0.1:8000/no-fui-yo/tOkEn",
            }
            | changes,
        ),
    }


@pytest.fixture
def app(sqlite_app):
    """Templates ask no database."""
    return sqlite_app


class Reader(HTMLParser):
    """The words and the elements of an HTML part; refuses what a mail must not hold."""

    def __init__(self, html):
        super().__init__()
        self.words, self.elements, self.addresses = [], [], []
        self.feed(html)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.addresses += [value for name, value in attributes if name in ("href", "src")]
        if tag == "img":
            assert dict(attributes).get("alt")
        if tag == "html":
            assert dict(attributes) == {"lang": "es-EC"}

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("name", ["code", "confirmation", "cancellation", "link", "reminder", "not_me"])
def test_every_mail_has_one_line_of_subject_a_text_and_an_accessible_html_part(app, name):
    mail = fill(mails()[name])
    assert mail.subject == mail.subject.strip() != ""
    assert "\n" not in mail.subject
    assert mail.text.rstrip().endswith(CLOSING)
    assert not re.search(r"\n{4,}|[{}]|None", mail.text)
    page = Reader(mail.html)
    assert page.text.endswith(CLOSING)
    assert page.elements.count("h1") == 1
    assert not {"table", "script", "link", "iframe", "form"} & set(page.elements)
    assert all(address.startswith(("http://127.0.0.1:", "cid:")) for address in page.addresses)


@pytest.mark.parametrize("name", ["confirmation", "cancellation", "link", "reminder"])
def test_every_mail_about_a_turn_tells_which_one(app, name):
    mail = fill(mails(zone_note="hora de Galápagos", agency_address="Av. Amazonas y Patria")[name])
    for part in (mail.text, Reader(mail.html).text):
        for fact in (
            "martes 24 de noviembre de 2026",
            "09:30 (hora de Galápagos)",
            "Quito Centro",
            "Av. Amazonas",
            "K7MQ4XR",
        ):
            assert fact in part
    assert mail.subject.endswith("martes 24 de noviembre, 09:30")


def test_the_code_stands_alone_on_its_line_under_the_exact_subject(app):
    mail = fill(mails()["code"])
    assert mail.subject == "Verificar IESS turno online"
    assert mail.text.splitlines().count("048213") == 1
    assert mail.text.count("048213") == 1
    assert "Sirve hasta las 10:52 (hora continental)" in mail.text
    assert "048213" in Reader(mail.html).words


def test_the_confirmation_says_what_to_bring_and_opens_the_turn(app):
    mail = fill(mails()["confirmation"])
    assert mail.subject == "Confirmación del Turno en Línea: martes 24 de noviembre, 09:30"
    assert "- Cédula de ciudadanía\n- La notificación\n" in mail.text
    assert "http://127.0.0.1:8000/mi-turno/tOkEn" in mail.text.splitlines()
    page = Reader(mail.html)
    assert page.addresses == ["cid:qr", "http://127.0.0.1:8000/mi-turno/tOkEn"]
    assert page.elements.count("li") == 2


def test_a_confirmation_without_a_list_or_a_picture_promises_none(app):
    mail = fill(Mail("confirmation", {"turn": turn(bring=())}))
    assert "traer" not in mail.text + mail.html
    assert "cid:" not in mail.html


def test_the_reason_of_a_cancellation_is_shown(app):
    mail = fill(Mail("cancellation", {"turn": turn(), "reason": "La agencia estará cerrada."}))
    assert "Motivo: La agencia estará cerrada.\n" in mail.text
    assert "Motivo: La agencia estará cerrada." in Reader(mail.html).text


def test_both_parts_of_the_mail_to_an_unplaced_person_agree(app):
    context = {"turn": turn(), "old": turn(), "new": None, "confirmed": False, "until": None, "reason": "Corte de luz."}
    mail = fill(Mail("displaced", context))
    for part in (mail.text, Reader(mail.html).text):
        assert "Su turno sigue pendiente: elija un horario en el enlace cuando haya lugar." in part


@pytest.mark.parametrize(
    ("drawn", "unanswered", "subject"),
    [
        (True, True, "Su turno del sorteo pasó a otra persona"),
        (False, True, "Ya no está en la lista de espera"),
        (False, False, "No hubo un turno para su solicitud"),
    ],
)
def test_the_end_of_a_request_has_a_fitting_subject(app, drawn, unanswered, subject):
    request = RequestText("A1", "Glosas", "Quito Centro", "el lunes 7", "http://127.0.0.1:8000/solicitud/x", drawn)
    mail = fill(Mail("request_over", {"request": request, "unanswered": unanswered}))
    assert mail.subject == subject


@pytest.mark.parametrize("name", ["confirmation", "cancellation", "link", "reminder"])
def test_what_people_and_catalogues_wrote_is_text_and_never_markup(app, name):
    mail = fill(mails(agency_name=HOSTILE, procedure_name=HOSTILE, bring=(HOSTILE,))[name])
    assert HOSTILE in mail.text
    page = Reader(mail.html)
    assert HOSTILE in page.text
    assert "script" not in page.elements


def test_a_line_break_in_a_fact_cannot_reach_the_subject(app):
    mail = fill(Mail("link", {"turn": turn(day_short="martes\r\nBcc: eva@example.ec")}))
    assert mail.subject == "El enlace de su turno: martes Bcc: eva@example.ec, 09:30"


def test_the_picture_of_the_reference_is_a_png(app):
    picture = qr_picture("K7MQ4XR")
    assert picture.data.startswith(b"\x89PNG")
    assert (picture.filename, picture.content_type, picture.content_id) == ("K7MQ4XR.png", "image/png", "qr")
