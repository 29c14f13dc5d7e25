"""``turnero staff`` and ``turnero kiosk``: output, exit codes, and single-use links."""

from urllib.parse import urlsplit

import pytest

from tests.support.rows.build import create_agency
from tests.support.rows.staff import create_account, create_device, paired, signed_in

EMAIL = "rosa@example.ec"


@pytest.fixture
def run(app):
    """The command line over the test's database: exit code, output, and errors."""

    def invoke(*arguments):
        done = app.test_cli_runner().invoke(args=arguments)
        return done.exit_code, done.stdout.strip(), done.stderr.strip()

    return invoke


def path_of(app, printed):
    """The path of a printed link, which is absolute and of this site."""
    assert printed.startswith(app.config["SETTINGS"].base_url)
    return urlsplit(printed).path


def test_an_account_is_added_with_a_link_that_works_once(app, client, run):
    create_agency(slug="quito-centro")
    code, printed, _ = run("staff", "add", "Rosa@Example.ec", "--role", "ventanilla", "--agency", "quito-centro")
    assert code == 0
    path = path_of(app, printed)
    client.get(path)
    client.submit(client.page.form(path), clave="cometa lenta azul", clave2="cometa lenta azul")
    assert client.get(path).status_code == 404
    assert run("staff", "list")[1] == f"{EMAIL}  ventanilla  quito-centro  activa"


def test_an_address_has_one_account(run):
    assert run("staff", "add", EMAIL, "--role", "admin")[0] == 0
    code, printed, error = run("staff", "add", EMAIL.upper(), "--role", "admin")
    assert (code, printed) == (1, "")
    assert f"Ya existe una cuenta con el correo {EMAIL}" in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((EMAIL, "--role", "ventanilla"), "Indique --agency"),
        ((EMAIL, "--role", "admin", "--agency", "quito-centro"), "Indique --agency"),
        ((EMAIL, "--role", "supervisor", "--agency", "nada"), "No existe la agencia nada"),
        ((EMAIL, "--role", "jefe"), "--role"),
        (("rosa", "--role", "admin"), "correo electrónico no es válido"),
    ],
)
def test_wrong_use_makes_no_account(run, arguments, said):
    create_agency(slug="quito-centro")
    code, _, error = run("staff", "add", *arguments)
    assert code == 2
    assert said in error
    assert run("staff", "list")[1] == ""


def test_disabling_ends_a_session_and_a_reset_lets_in_again(app, client, run):
    account = create_account(create_agency(), email=EMAIL)
    inside = signed_in(app, account)
    assert inside.get("/agencia/agenda").status_code == 200
    assert run("staff", "disable", EMAIL)[0] == 0
    assert inside.get("/agencia/agenda").status_code == 303
    assert run("staff", "list")[1].endswith("deshabilitada")
    code, printed, _ = run("staff", "reset", EMAIL)
    assert code == 0
    assert client.get(path_of(app, printed)).status_code == 200


def test_another_role_ends_the_session_and_asks_for_what_it_needs(app, run):
    account = create_account(create_agency(slug="quito-centro"), email=EMAIL)
    inside = signed_in(app, account)
    assert run("staff", "reset", EMAIL, "--role", "supervisor")[0] == 2
    assert run("staff", "reset", EMAIL, "--agency", "quito-centro")[0] == 2
    assert inside.get("/agencia/agenda").status_code == 200
    code, printed, _ = run("staff", "reset", EMAIL, "--role", "supervisor", "--agency", "quito-centro")
    assert code == 0
    assert inside.get("/agencia/agenda").status_code == 303
    assert run("staff", "list")[1] == f"{EMAIL}  supervisor  quito-centro  por activar"
    inside.get(path_of(app, printed))
    assert inside.page.one("input", name="totp")


@pytest.mark.parametrize("command", ["disable", "reset"])
def test_an_unknown_account_is_reported(run, command):
    code, _, error = run("staff", command, EMAIL)
    assert code == 1
    assert f"No existe la cuenta {EMAIL}" in error


@pytest.mark.parametrize(
    ("flags", "kind", "goes_to"), [((), "kiosco", "/kiosco"), (("--board",), "pantalla", "/pantalla")]
)
def test_a_device_is_added_with_a_link_that_pairs_once(client, run, flags, kind, goes_to):
    create_agency(slug="quito-centro")
    code, printed, _ = run("kiosk", "add", "puerta", "--agency", "quito-centro", *flags)
    assert code == 0
    assert run("kiosk", "list")[1] == f"puerta  {kind}  quito-centro  por vincular"
    path = path_of(client.application, printed)
    client.get(path)
    token = client.page.one("input", name="csrf_token").get("value")
    assert client.post(path, data={"csrf_token": token}).location == goes_to
    assert client.get(path).status_code == 404
    assert run("kiosk", "list")[1] == f"puerta  {kind}  quito-centro  vinculado"


def test_revoking_shuts_a_device_out(app, run):
    kiosk = paired(app, create_device(create_agency(), name="puerta"))
    assert kiosk.get("/kiosco").status_code == 200
    assert run("kiosk", "revoke", "puerta")[0] == 0
    assert kiosk.get("/kiosco").status_code == 403
    assert run("kiosk", "list")[1].endswith("sin acceso")


def test_an_unknown_device_or_agency_is_reported(run):
    assert run("kiosk", "revoke", "puerta")[0] == 1
    assert run("kiosk", "add", "puerta", "--agency", "nada")[0] == 2
