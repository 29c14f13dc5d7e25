"""Steps 2, 3 and 5: cédula, contact, code."""

from datetime import timedelta

import pytest

from tests.support.pages.walking import Walker, newest_code, token_of
from tests.support.rows.build import create_citizen, set_policy
from tests.support.rows.journeys import cedula
from turnero.core.extensions import db
from turnero.verify.models import Citizen

ANA = {"correo": "ana.demo@example.ec", "celular": "0991234567"}

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def ana(app):
    """The citizen registry knows her."""
    return create_citizen()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Ingrese su número de cédula."),
        ("170000000", "usted ingresó 9"),
        ("1700000002", "Revise los 10 dígitos"),
        ("<b>1700000001</b>", "Revise los 10 dígitos"),
    ],
)
def test_a_wrong_cedula_is_reported_beside_its_field_and_kept(client, typed, said):
    client.get("/turno")
    answer = client.submit(cedula=typed)
    assert answer.status_code == 422
    assert said in client.page.errors["cedula"]
    assert client.page.one("input", id="cedula").get("value") == typed
    assert client.page.links[client.page.one("div", class_="error-summary").one("a").text] == "#cedula"


def test_a_cedula_leads_to_the_contact_whether_the_registry_knows_it_or_not(client, ana):
    for number in ("17-0000000-1", "0900000001"):
        client.get("/turno")
        client.submit(cedula=number)
        assert client.response.request.path.endswith("/contacto")
        assert client.page.h1 == "¿Dónde le enviamos su turno?"


def test_both_wrong_contact_fields_are_reported_at_once_and_kept(client):
    walker = Walker.begin(client)
    walker.get("contacto")
    answer = client.submit(correo="ana@", celular="022345678")
    assert answer.status_code == 422
    assert set(client.page.errors) == {"correo", "celular"}
    assert client.page.one("input", id="correo")["value"] == "ana@"
    assert client.page.one("input", id="celular")["value"] == "022345678"
    assert client.page.one("h2", id="error-summary-title").text == "Hay 2 datos por corregir"


def test_what_is_typed_is_shown_as_text_and_nothing_else(client):
    walker = Walker.begin(client)
    walker.get("contacto")
    nasty = '"><script>alert(1)</script>{{7*7}}\u202e'
    client.submit(correo=nasty, celular=nasty)
    assert client.page.one("input", id="correo")["value"] == nasty


def test_a_misspelt_domain_is_asked_about_once_and_allowed(client):
    walker = Walker.begin(client)
    walker.get("contacto")
    asked = client.submit(correo="ana@gmial.com", celular="0991234567")
    assert asked.status_code == 200
    assert "¿Quiso decir ana@gmail.com?" in client.page.text
    first = client.page.all("form")[0]  # programs that fill forms take the first one
    client.submit(first)
    assert client.response.request.path.endswith("/verificar")
    assert "ana@gmial.com" in client.page.text


def test_the_suggested_address_is_one_press_away(client):
    walker = Walker.begin(client)
    walker.get("contacto")
    client.submit(correo="ana@gmial.com", celular="0991234567")
    button = next(button for button in client.page.all("button") if button.text == "Sí, usar ana@gmail.com")
    client.submit(client.page.one("form", id=button["form"]))
    assert client.response.request.path.endswith("/verificar")
    assert "ana@gmail.com" in client.page.text


def test_the_code_page_says_where_the_code_went_and_until_when_it_serves(client):
    walker = Walker.begin(client)
    walker.post("contacto", **ANA)
    walker.follow()
    assert "ana.demo@example.ec" in client.page.text
    assert "Sirve hasta las 10:10." in client.page.text
    assert client.page.one("input", id="codigo")["autocomplete"] == "one-time-code"


def test_a_wrong_code_says_how_many_tries_are_left_and_a_malformed_one_costs_none(client):
    walker = Walker.begin(client)
    walker.post("contacto", **ANA)
    walker.follow()
    walker.post("verificar", codigo="12ab")
    assert "Ingrese los 6 números" in client.page.errors["codigo"]
    wrong = f"{(int(newest_code(walker.key)) + 1) % 10**6:06}"
    assert walker.post("verificar", codigo=wrong).status_code == 422
    assert "Le quedan 4 intentos" in client.page.errors["codigo"]
    for _ in range(4):
        walker.post("verificar", codigo=wrong)
    assert client.response.status_code == 422
    assert "Se terminaron los intentos" in client.page.text
    assert client.page.links["Empezar de nuevo"] == "/turno"
    assert not client.page.all("form")
    client.get("/turno")
    assert walker.post("verificar", codigo=newest_code(walker.key)).status_code == 422


def test_an_expired_code_says_so_and_another_one_can_be_asked_for(client, ana, clock_shift):
    walker = Walker.begin(client)
    walker.post("contacto", **ANA)
    code = newest_code(walker.key)
    clock_shift(timedelta(minutes=11))
    walker.get("verificar")
    assert "ya no sirve" in client.page.text
    walker.post("verificar", codigo=code)
    assert "El código caducó" in client.page.errors["codigo"]
    client.submit(client.page.form("/reenviar"))
    assert client.response.status_code == 200
    walker.post("verificar", codigo=newest_code(walker.key))
    assert walker.is_at("lugar")


def test_resending_too_soon_waits_with_its_form_on_the_page(client, clock_shift):
    walker = Walker.begin(client)
    walker.post("contacto", **ANA)
    walker.follow()
    assert "Disponible desde las 10:01" in client.page.text
    answer = client.submit(client.page.form("/reenviar"))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert client.page.form("/verificar").one("input", id="codigo")
    clock_shift(timedelta(seconds=61))
    assert client.submit(client.page.form("/reenviar")).status_code == 200
    assert "Le enviamos otro código a las 10:01" in client.page.text


def test_a_new_address_voids_the_old_code(client, ana):
    walker = Walker.begin(client)
    walker.post("contacto", **ANA)
    old = newest_code(walker.key)
    walker.post("contacto", correo="ana.otra@example.ec", celular="0991234567")
    new = newest_code(walker.key)
    assert walker.post("verificar", codigo=old).status_code == 422
    walker.post("verificar", codigo=new)
    assert walker.is_at("lugar")


def test_a_mobile_alone_is_changed_without_another_code(client, ana):
    walker = Walker.proven(client)
    walker.post("contacto", **ANA | {"celular": "0987654321"})
    walker.follow()
    assert walker.is_at("lugar")


def test_a_person_not_in_the_registry_is_informed_only_after_the_code(client):
    walker = Walker.begin(client)
    walker.post("contacto", **ANA)
    walker.follow()
    client.submit(client.page.form("/verificar"), codigo=newest_code(walker.key))
    assert client.response.status_code == 200
    assert client.page.h1 == "No podemos darle un turno en línea"
    for step in ("contacto", "verificar", "horario", "confirmar"):
        walker.get(step)
        assert walker.is_at("lugar")


def test_a_journey_survives_an_unavailable_registry(make_app, listener):
    # Nobody listens where the registry should be.
    with make_app("sqlite", TURNERO_REGISTRY="http://127.0.0.1:9/personas") as app:
        client = app.test_client()
        walker = Walker.begin(client)
        walker.post("contacto", **ANA)
        answer = walker.post("verificar", codigo=newest_code(walker.key))
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert client.page.h1 == "Por ahora no podemos comprobar su cédula"
        assert client.get(client.page.links["Intentar de nuevo"]).status_code == 200


def test_too_many_cedulas_of_one_mailbox_wait_for_tomorrow(client):
    set_policy(cedulas_per_day=1)
    for number in (1, 2):
        db.session.add(Citizen(cedula=cedula(number), names="Ana", surnames="Prueba"))
    db.session.commit()
    Walker.proven(client, cedula(1))
    second = Walker.proven(client, cedula(2))
    assert client.response.status_code == 422
    assert "ya se consultaron varias cédulas" in client.page.text
    second.get("verificar")
    assert client.response.status_code == 200


def test_the_first_of_a_doubled_field_counts_and_fields_of_other_steps_do_not(client):
    client.get("/turno")
    fields = {"cedula": ["1700000001", "x"], "registered": "1", "agencia": "x", "csrf_token": token_of(client)}
    assert client.post("/turno", data=fields).status_code == 303
    walker = Walker(client, client.response.location.split("/")[2])
    walker.get("lugar")
    assert walker.is_at("contacto")


def test_json_is_not_accepted_as_a_form(client):
    client.get("/turno")
    answer = client.post("/turno", json={"cedula": "1700000001"}, headers={"X-CSRFToken": token_of(client)})
    assert answer.status_code == 422


@pytest.mark.parametrize("address", ["/turno", "/turno/{key}/contacto"])
def test_where_data_are_asked_the_privacy_notice_is_linked(client, address):
    walker = Walker.begin(client)
    client.get(address.format(key=walker.key))
    assert client.page.links["Cómo cuidamos sus datos"] == "/privacidad"


def test_a_lost_form_token_keeps_what_was_typed_and_goes_on_with_one_press(client):
    walker = Walker.begin(client)
    walker.get("contacto")
    answer = client.post(walker.address("contacto"), data=ANA | {"csrf_token": "gone"})
    assert answer.status_code == 400
    client.submit()
    assert client.response.request.path.endswith("/verificar")
