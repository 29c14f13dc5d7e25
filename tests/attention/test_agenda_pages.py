from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.build import create_agency, create_citizen, create_desk, create_procedure, next_workday, today
from tests.support.journeys import cedula
from tests.support.staff import create_account, create_device, signed_in
from tests.support.visits import arrived, booked, turn
from turnero.attention import changes, kiosk_help
from turnero.extensions import db
from turnero.staff.models import DataView

ELEVEN = 660


@pytest.fixture
def procedure(app):
    return create_procedure(minutes=20)


@pytest.fixture
def desk(procedure):
    return create_desk(procedure.line, windows=3)


@pytest.fixture
def clerk(app, desk):
    return signed_in(app, create_account(desk.agency))


def row(client, booking_id):
    return client.page.one("tr", id=f"t{booking_id}")


def text(element):
    return " ".join(element.text.split())


def press(client, booking_id, verb, **fields):
    """Press a button of the agenda; the page that follows."""
    client.get("/agencia/agenda")
    token = client.page.all("input", name="csrf_token")[0].get("value")
    return client.post(
        f"/agencia/turnos/{booking_id}/{verb}", data={"csrf_token": token, **fields}, follow_redirects=True
    )


def test_the_agenda_opens_on_today_in_order_of_hour(clerk, desk, procedure):
    create_citizen(cedula(2), names="Rosa", surnames="Demo Chiluisa")
    later, sooner = booked(desk, procedure, 700), booked(desk, procedure, ELEVEN, 2)
    booked(desk, procedure, ELEVEN, 3, day=next_workday())
    assert clerk.get("/agencia/agenda").status_code == 200
    assert [each.get("id") for each in clerk.page.one("tbody").all("tr")] == [f"t{sooner}", f"t{later}"]
    shown = text(row(clerk, sooner))
    for part in ("11:00", "Rosa Demo Chiluisa", cedula(2), turn(sooner).reference, procedure.name, "Confirmado"):
        assert part in shown


def test_a_day_of_another_agency_is_not_shown(app, desk, procedure):
    booked(desk, procedure, ELEVEN)
    stranger = signed_in(app, create_account(create_agency()))
    assert stranger.get("/agencia/agenda").status_code == 200
    assert not stranger.page.all("tbody")


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client, desk):
    answer = client.get(f"/agencia/agenda/{next_workday()}")
    assert answer.status_code == 303
    assert answer.location == f"/agencia/entrar?seguir=/agencia/agenda/{next_workday()}"


def test_the_day_goes_by_its_buttons(clerk, desk, procedure):
    booking_id = booked(desk, procedure, ELEVEN)
    press(clerk, booking_id, "llego")
    assert "Presente" in text(row(clerk, booking_id))
    assert "A-001" in text(row(clerk, booking_id))
    clerk.submit(next(form for form in clerk.page.all("form") if form.get("action") == "/agencia/siguiente"))
    assert "A-001" in text(clerk.page.one("section", class_="mine"))
    press(clerk, booking_id, "rellamar")
    assert "Ventanilla 1, 2 veces" in text(row(clerk, booking_id))
    press(clerk, booking_id, "aplazar")
    assert "no respondió" in text(row(clerk, booking_id))
    press(clerk, booking_id, "llamar")
    press(clerk, booking_id, "atendido")
    assert "Atendido" in text(row(clerk, booking_id))
    press(clerk, booking_id, "deshacer")
    assert "Llamado" in text(row(clerk, booking_id))
    press(clerk, booking_id, "ausente")
    assert turn(booking_id).status == "no_show"


def test_sent_to_another_window(clerk, desk, procedure):
    booking_id = arrived(desk, procedure, ELEVEN)
    assert press(clerk, booking_id, "derivar", ventanilla="7").status_code == 200
    assert "para ventanilla 7" in text(row(clerk, booking_id))
    assert press(clerk, booking_id, "derivar", ventanilla="0").status_code == 422


@pytest.mark.parametrize("verb", ["atendido", "rellamar", "aplazar", "llamar"])
def test_what_cannot_be_done_is_told_on_the_agenda(clerk, desk, procedure, verb):
    booking_id = booked(desk, procedure, ELEVEN)
    assert press(clerk, booking_id, verb).status_code == 409
    assert "El turno ya está confirmado" in clerk.page.one("div", class_="note warn").text
    assert turn(booking_id).status == "confirmed"


@pytest.mark.parametrize("verb", ["llego", "atendido", "deshacer", "ausente", "llamar"])
def test_another_agencys_turn_is_not_found(app, desk, procedure, verb):
    booking_id = booked(desk, procedure, ELEVEN)
    stranger = signed_in(app, create_account(create_agency()))
    stranger.get("/agencia/ventanilla")
    token = stranger.page.all("input", name="csrf_token")[0].get("value")
    answer = stranger.post(f"/agencia/turnos/{booking_id}/{verb}", data={"csrf_token": token})
    assert answer.status_code == 404
    assert turn(booking_id).status == "confirmed"


def test_without_a_window_the_agenda_says_so(app, desk, procedure):
    clerk = signed_in(app, create_account(desk.agency), window=None)
    arrived(desk, procedure, ELEVEN)
    clerk.get("/agencia/agenda")
    assert "Elegir ventanilla" in clerk.page.one("main").text
    token = clerk.page.all("input", name="csrf_token")[0].get("value")
    assert clerk.post("/agencia/siguiente", data={"csrf_token": token}).status_code == 409


def test_what_changes_is_answered_once_and_then_not_again(clerk, desk, procedure):
    first = booked(desk, procedure, ELEVEN)
    address = f"/agencia/agenda/{today()}?parte=filas"
    answer = clerk.get(address)
    tag = answer.headers["ETag"]
    assert f'id="t{first}"' in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)
    again = clerk.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    second = booked(desk, procedure, ELEVEN, 2)
    news = clerk.get(address, headers={"If-None-Match": tag})
    assert f'id="t{second}"' in news.get_data(as_text=True)


def test_the_signature_changes_with_everything_that_is_shown(app, desk, procedure):
    seen = {changes.signature(desk.agency_id, today())}

    def differs():
        db.session.rollback()
        seen.add(changes.signature(desk.agency_id, today()))
        return len(seen)

    booking_id = booked(desk, procedure, ELEVEN)
    assert differs() == 2
    arrived(desk, procedure, ELEVEN, 2)
    assert differs() == 3
    kiosk_help.asked(create_device(desk.agency).id)
    assert differs() == 4
    assert turn(booking_id).reference not in "".join(seen)


def test_streams_are_few_and_the_rest_is_told_to_poll(clerk, desk, procedure):
    booked(desk, procedure, ELEVEN)
    address = f"/agencia/agenda/{today()}/cambios"
    taken = [changes.take_stream() for _ in range(changes.MOST_STREAMS)]
    try:
        assert all(taken)
        assert clerk.get(address).status_code == 204
    finally:
        for _ in taken:
            changes._streams.release()


def test_the_stream_tells_a_signature_and_nothing_else(app, desk, procedure):
    booked(desk, procedure, ELEVEN)
    assert changes.take_stream()
    stream = changes.stream(desk.agency_id, today())
    assert next(stream) == "retry: 2000\n\n"
    present = changes.signature(desk.agency_id, today())
    assert next(stream) == f"id: {present}\ndata: {present}\n\n"
    booked(desk, procedure, ELEVEN, 2)
    assert next(stream) != f"id: {present}\ndata: {present}\n\n"
    stream.close()
    assert changes.take_stream()
    changes._streams.release()


def test_without_a_script_one_searches_by_a_post(clerk, desk, procedure):
    wanted, other = booked(desk, procedure, ELEVEN), booked(desk, procedure, ELEVEN, 2)
    clerk.get("/agencia/agenda")
    form = next(form for form in clerk.page.all("form") if form.get("role") == "search")
    clerk.submit(form, busca=turn(wanted).cedula)
    assert [each.get("id") for each in clerk.page.one("tbody").all("tr")] == [f"t{wanted}"]
    assert turn(wanted).cedula not in clerk.response.request.path
    assert other


def test_every_opening_is_recorded_and_no_poll(clerk, desk):
    for address in ("/agencia/agenda", f"/agencia/agenda/{next_workday()}", f"/agencia/agenda/{today()}?parte=filas"):
        clerk.get(address)
    rows = db.session.execute(select(DataView.kind, DataView.day, DataView.agency_id)).all()
    assert [tuple(each) for each in rows] == [
        ("agenda", today(), desk.agency_id),
        ("agenda", next_workday(), desk.agency_id),
    ]


def test_somebody_who_called_for_help_is_shown_until_somebody_goes(clerk, desk):
    kiosk_help.asked(create_device(desk.agency, name="puerta").id)
    clerk.get("/agencia/agenda")
    form = next(form for form in clerk.page.all("form") if "/agencia/ayuda/" in form.get("action"))
    assert "puerta" in clerk.page.one("div", class_="note warn").text
    clerk.submit(form)
    assert not clerk.page.all("div", class_="note warn")


def test_another_agencys_kiosk_is_not_ours_to_help(clerk, desk):
    device = create_device(create_agency())
    kiosk_help.asked(device.id)
    clerk.get("/agencia/agenda")
    token = clerk.page.all("input", name="csrf_token")[0].get("value")
    assert clerk.post(f"/agencia/ayuda/{device.id}", data={"csrf_token": token}).status_code == 404


def test_the_delay_of_who_has_not_come_is_told(clerk, desk, procedure, clock_shift):
    booking_id = booked(desk, procedure, ELEVEN)
    clock_shift(timedelta(hours=1, minutes=15))
    clerk.get("/agencia/agenda")
    assert "demora 15 min" in text(row(clerk, booking_id))


@pytest.mark.parametrize("day", ["hoy", "2026-13-01", "2026-11-9x"])
def test_no_day_no_page(clerk, day):
    assert clerk.get(f"/agencia/agenda/{day}").status_code == 404


def test_looking_needs_a_role(app):
    admin = signed_in(app, create_account(None, "admin"), window=None)
    assert admin.get("/agencia/agenda").status_code == 403
    assert db.session.scalar(select(func.count()).select_from(DataView)) == 0
