"""The demo's mailbox: storing and showing mails."""

from email.message import EmailMessage

import pytest

from turnero.notices.channels import demo_mailbox

BASE = "http://127.0.0.1:8000"


def mail(text, subject="Verificar IESS turno online", attach=None):
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Turnero <turnos@example.ec>"
    message["To"] = "ana.demo@example.ec"
    message["Date"] = "Mon, 23 Nov 2026 15:42:10 +0000"
    message.set_content(text)
    message.add_alternative("<p>otra forma</p>", subtype="html")
    if attach:
        message.add_attachment(b"BEGIN", maintype="text", subtype="calendar", filename=attach)
    return message.as_bytes()


def read(folder, text):
    demo_mailbox.store(folder, mail(text))
    return list(demo_mailbox.letters(folder)[0].paragraphs(BASE))


def test_letters_are_listed_newest_first(tmp_path):
    for number in range(3):
        demo_mailbox.store(tmp_path / "mailbox", mail("hola", subject=f"carta {number}"))
    assert [letter.subject for letter in demo_mailbox.letters(tmp_path / "mailbox")] == [
        "carta 2",
        "carta 1",
        "carta 0",
    ]


def test_a_letter_is_found_by_its_id_with_the_local_day_and_hour(tmp_path):
    demo_mailbox.store(tmp_path, mail("hola", attach="turno.ics"))
    (listed,) = demo_mailbox.letters(tmp_path)
    letter = demo_mailbox.find_letter(tmp_path, listed.id)
    assert letter == listed
    assert (letter.sender, letter.recipient) == ("Turnero <turnos@example.ec>", "ana.demo@example.ec")
    assert (letter.day, letter.time) == ("lunes 23 de noviembre de 2026", "10:42")
    assert letter.attachments == ("turno.ics",)


@pytest.mark.parametrize("letter_id", ["", "..", "../keys", "0" * 19 + "-abcdef01", "*", "1\x00"])
def test_other_files_are_not_letters(tmp_path, letter_id):
    (tmp_path / "keys.eml").write_text("secret")
    (tmp_path / "mailbox").mkdir()
    assert demo_mailbox.find_letter(tmp_path / "mailbox", letter_id) is None


def test_an_empty_or_missing_folder_holds_no_letters(tmp_path):
    assert demo_mailbox.letters(tmp_path / "mailbox") == []


def test_a_paragraph_with_only_a_code_is_marked(tmp_path):
    paragraphs = read(tmp_path, "Su código es:\n\n048213\n\nSirve una vez. 123456 no es un código solo.\n")
    assert [paragraph.is_code for paragraph in paragraphs] == [False, True, False]
    assert paragraphs[1].lines == ((demo_mailbox.Piece("048213"),),)


@pytest.mark.parametrize(
    ("line", "hrefs"),
    [
        (f"{BASE}/mi-turno/tOk-En_1", ["/mi-turno/tOk-En_1"]),
        (f"Vea {BASE}/turno y {BASE}", ["/turno", "/"]),
        ("http://evil.example/mi-turno/x", []),
        (f"{BASE}.evil.example/x", []),
        (f"{BASE}@evil.example/x", []),
        ("javascript:alert(1)", []),
    ],
)
def test_only_this_sites_addresses_become_links(tmp_path, line, hrefs):
    ((pieces,),) = [paragraph.lines for paragraph in read(tmp_path, line)]
    assert [piece.href for piece in pieces if piece.href] == hrefs
    assert "".join(piece.text for piece in pieces) == line
