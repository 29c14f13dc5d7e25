"""Mail delivery: certificates, time-outs, one recipient, no injected headers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.rows.notices import notice_to, turn, use_mail_server
from tests.support.servers.mail_servers import Sink, serving
from turnero.notices import rendering
from turnero.notices.channels.mail import Rejected, compose
from turnero.notices.delivery import Delivered, deliver
from turnero.notices.rendering import Attachment, Mail, Rendered, qr_picture

CERTIFICATE = str(Path(__file__).parent / "certificates" / "localhost.pem")
LETTER = Rendered("Verificar IESS turno online", "texto", "<p>texto</p>")
AT = datetime(2026, 11, 23, 15, 42, tzinfo=UTC)


@pytest.fixture
def app(sqlite_app):
    """Nothing here asks the database anything an engine could answer differently."""
    return sqlite_app


@pytest.fixture
def trusted(monkeypatch):
    """As if the machine's administrator had installed the test certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)


@pytest.mark.parametrize(("security", "starttls"), [("tls", False), ("starttls", True)])
def test_a_server_with_a_certificate_nobody_signed_gets_no_mail(app, owe, security, starttls):
    with serving(Sink(), certificate=CERTIFICATE, starttls=starttls) as sink:
        use_mail_server(app, sink.port, security)
        owe("ana@example.ec")
        assert deliver() == Delivered(failed=1)
    assert sink.envelopes == []
    waiting = notice_to("ana@example.ec")
    assert waiting.status == "waiting"
    assert waiting.last_error.startswith("SSLCertVerificationError")


@pytest.mark.parametrize(("security", "starttls"), [("tls", False), ("starttls", True)])
def test_a_server_with_a_trusted_certificate_gets_the_mail(app, owe, trusted, security, starttls):
    with serving(Sink(), certificate=CERTIFICATE, starttls=starttls) as sink:
        use_mail_server(app, sink.port, security)
        owe("ana@example.ec")
        assert deliver() == Delivered(sent=1)
    assert sink.recipients == ["ana@example.ec"]


def test_a_server_that_offers_no_encryption_gets_no_mail_when_it_is_wanted(app, sink, owe):
    use_mail_server(app, sink.port, "starttls")
    owe("ana@example.ec")
    assert deliver() == Delivered(failed=1)
    assert sink.envelopes == []


@pytest.mark.parametrize(("password", "sent"), [("right", 1), ("wrong", 0)])
def test_user_and_password_are_given_and_a_wrong_one_loses_no_mail(app, owe, trusted, password, sent):
    with serving(Sink(), certificate=CERTIFICATE, starttls=True, password="right") as sink:
        use_mail_server(app, sink.port, "starttls", user="turnero", password=password)
        owe("ana@example.ec")
        assert deliver() == Delivered(sent=sent, failed=1 - sent)
    assert len(sink.envelopes) == sent
    notice = notice_to("ana@example.ec")
    assert notice.status == ("sent" if sent else "waiting")
    assert (notice.last_error or "").startswith("" if sent else "SMTPAuthenticationError: (535,")


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.ec\r\nBcc: eva@example.ec",
        "ana@example.ec\nSubject: otro",
        "ana@example.ec\rX: 1",
        "ana@example.ec, eva@example.ec",
        "ana@example.ec; eva@example.ec",
        "Ana <ana@example.ec>",
        "<ana@example.ec>",
        "ana@example.ec\x00",
        "ana@example.ec\u2028Bcc: eva@example.ec",
        "ana",
        "",
        "aña@example.ec",
    ],
)
def test_only_one_plain_address_is_written_to(app, address):
    with pytest.raises(Rejected):
        compose(LETTER, address, "<1@example.ec>", AT)


def test_an_address_that_cannot_be_written_to_is_dead_and_holds_nobody_up(sink, owe):
    owe("ana@example.ec\r\nBcc: eva@example.ec")
    owe("luis@example.ec")
    assert deliver() == Delivered(sent=1, failed=1)
    assert sink.recipients == ["luis@example.ec"]
    assert notice_to("ana@example.ec\r\nBcc: eva@example.ec").status == "dead"


def test_an_address_under_an_international_domain_is_written_in_its_wire_form(app):
    message = compose(LETTER, "ana@correo.ñandú.ec", "<1@example.ec>", AT)
    assert b"To: ana@correo.xn--and-6ma2c.ec" in message.as_bytes()


def test_the_message_carries_the_notices_identity_and_nothing_of_this_machine(sink, owe):
    owed = owe("ana@example.ec")
    assert deliver() == Delivered(sent=1)
    mail = sink.mails[0]
    assert mail["Message-ID"] == owed.message_id
    assert mail["Date"].datetime == owed.created_at.replace(microsecond=0)
    assert (mail["From"], mail["To"]) == ("Turnero <turnos@example.ec>", "ana@example.ec")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Bcc"] is None
    assert sink.envelopes[0].mail_from == "turnos@example.ec"


def test_pictures_are_inline_and_files_attached(app):
    files = (
        Attachment("K7MQ4XR.png", "image/png", b"\x89PNG", content_id="qr"),
        Attachment("turno.ics", "text/calendar", b"BEGIN:VCALENDAR"),
    )
    message = compose(Rendered("s", "t", "<p>h</p>", files), "ana@example.ec", "<1@example.ec>", AT)._message()
    picture, file = [part for part in message.walk() if part.get_filename()]
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<qr>", "inline")
    assert (file["Content-ID"], file.get_content_disposition()) == (None, "attachment")
    assert picture.get_payload(decode=True) == b"\x89PNG"


def test_a_confirmation_reads_the_same_on_the_other_side(app, sink, owe):
    confirmation = Mail("confirmation", {"turn": turn()}, (qr_picture("K7MQ4XR"),))
    rendering.register_renderer(app, "turn", lambda _: confirmation)
    owe("ana@example.ec", kind="turn")
    assert deliver() == Delivered(sent=1)
    mail, written = sink.mails[0], rendering.fill(confirmation)
    assert mail["Subject"] == written.subject == "Confirmación del Turno en Línea: martes 24 de noviembre, 09:30"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text.get_content().split() == written.text.split()
    assert html.get_content().split() == written.html.split()
    (picture,) = mail.iter_attachments()
    assert (picture["Content-ID"], picture.get_content()) == ("<qr>", qr_picture("K7MQ4XR").data)
