"""``/buzon`` as a person reads it, and only in the demonstration."""

from email.message import EmailMessage

import pytest

from turnero.notices.channels import demo_mailbox
from turnero.notices.channels.demo_mailbox_routes import FOLDER

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def app(make_app):
    with make_app("sqlite", TURNERO_ENV="demo") as made:
        yield made


@pytest.fixture
def arrive(app):
    def store(text, subject="Verificar IESS turno online"):
        mail = EmailMessage()
        mail["Subject"] = subject
        mail["From"] = "Turnero <turnos@example.ec>"
        mail["To"] = "ana.demo@example.ec"
        mail["Date"] = "Mon, 23 Nov 2026 15:42:10 +0000"
        mail.set_content(text)
        demo_mailbox.store(app.config["SETTINGS"].data / FOLDER, mail.as_bytes())

    return store


def open_newest(client):
    client.get("/buzon")
    client.get(client.page.one("ul", class_="list").all("a")[0]["href"])
    return client.page


def test_an_empty_mailbox_says_what_will_come(client):
    client.get("/buzon")
    assert "Todavía no hay correos." in client.page.text


def test_letters_are_listed_newest_first_with_their_recipient(client, arrive):
    arrive("hola", subject="La primera")
    arrive("hola", subject="La segunda")
    client.get("/buzon")
    listed = [item.text for item in client.page.one("ul", class_="list").all("li")]
    assert [text.split("Para")[0].strip() for text in listed] == ["La segunda", "La primera"]
    assert "Para ana.demo@example.ec · 10:42" in listed[0]


def test_a_letter_shows_its_code_alone_in_an_element(client, arrive):
    arrive("Su código de verificación es:\n\n048213\n\nSirve una vez.")
    page = open_newest(client)
    assert page.one("p", class_="reference").text == "048213"
    assert page.one("h1").text == "Verificar IESS turno online"
    assert "lunes 23 de noviembre de 2026, 10:42" in page.text


def test_the_link_of_a_letter_leads_into_this_site_and_no_other_address_is_a_link(app, client, arrive):
    base_url = app.config["SETTINGS"].base_url
    arrive(f"Vea su turno:\n{base_url}/mi-turno/tOkEn\nhttps://evil.example/", subject="Confirmación")
    links = [link["href"] for link in open_newest(client).one("article").all("a")]
    assert links == ["/mi-turno/tOkEn"]


def test_what_a_mail_says_is_text_and_never_markup(client, arrive):
    arrive(f"{HOSTILE} & más", subject=HOSTILE)
    page = open_newest(client)
    assert f"{HOSTILE} & más" in page.one("article").text
    assert page.one("h1").text == HOSTILE
    assert page.one("article").all("script") == []


def test_a_missing_letter_answers_404(client):
    assert client.get("/buzon/0000000000000000000-00000000").status_code == 404


def test_outside_the_demonstration_nobody_reads_mails(make_app):
    with make_app("sqlite") as app:
        assert [app.test_client().get(path).status_code for path in ("/buzon", "/buzon/1")] == [404, 404]
