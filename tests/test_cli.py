"""The command line as a person meets it: Spanish, one sentence for a failure, exit 0, 1 or 2."""

import os

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tests.support.servers.forked import run, running
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, environ_of
from turnero import cli
from turnero.core.paths import resource

ENGLISH = ("Usage", "Options", "Commands", "Show this", "default", "required", "Missing", "No such", "Try '")


def commands(group=cli.cli, prefix=()):
    """The words of every command, groups included."""
    yield list(prefix)
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*prefix, name))


@pytest.fixture
def turnero(monkeypatch, capsys):
    """Run the console script here, under no settings but these: exit status and all it printed."""

    def call(*arguments, **environ):
        for name in [name for name in os.environ if name.startswith("TURNERO_")]:
            monkeypatch.delenv(name)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        printed = capsys.readouterr()
        return ended.value.code, printed.out + printed.err

    monkeypatch.setenv("LANGUAGE", "en")  # restored after the test
    return call


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_help_of_every_command_is_spanish(turnero, words):
    status, output = turnero(*words, "--help")
    assert status == 0
    assert output.startswith(" ".join(["Uso: turnero", *words]))
    assert "Muestra esta ayuda." in output
    assert not [word for word in ENGLISH if word in output]


def test_the_commands_are_ours_alone():
    assert {"demo", "migrate", "serve", "jobs", "holidays", "slots", "deadline", "mail"} <= set(cli.cli.commands)
    assert not {"run", "shell", "routes", "db"} & set(cli.cli.commands)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["cita"], "No existe la orden 'cita'."),
        (["jobs", "--twice"], "No existe la opción '--twice'."),
        (["holidays"], "Falta el argumento 'AÑO'."),
        (["jobs", "--once", "brew"], "'brew' no es ninguno de estos: 'close_day', 'deliver', 'figures',"),
        (["demo", "--port", "99999"], "99999 no está en el rango 1<=x<=65535."),
        (["slots"], "Falta el argumento"),
    ],
)
def test_wrong_use_is_status_2_and_says_in_spanish_what_is_wrong(turnero, words, sentence):
    status, output = turnero(*words)
    assert status == 2
    assert sentence in output
    assert not [word for word in ENGLISH if word in output]


def test_wrong_settings_stop_the_start_with_a_list_of_what_to_mend(turnero):
    status, output = turnero("migrate", TURNERO_ENV="production", TURNERO_LOG="xml")
    assert status == 1
    for name in ("SECRET_KEY", "CODE_KEY", "BASE_URL", "MAIL_URL", "LOG"):
        assert f"  - TURNERO_{name}" in output
    assert "Traceback" not in output


def test_an_unreachable_database_is_reported_in_one_sentence(turnero, tmp_path):
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    status, output = turnero("migrate", TURNERO_DATABASE_URL=url, TURNERO_DATA=str(tmp_path))
    assert status == 1
    assert output.startswith("Error: La base de datos no responde o no está lista")


def test_serving_needs_the_newest_schema(turnero, tmp_path):
    status, output = turnero("serve", TURNERO_DATABASE_URL=f"sqlite:///{tmp_path}/empty", TURNERO_DATA=str(tmp_path))
    assert (status, output) == (
        1,
        "Error: La base de datos no está al día: ejecute «turnero migrate» y vuelva a empezar.\n",
    )


@pytest.mark.parametrize("bind", ["8000", ":8000", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:0", "127.0.0.1:70000"])
def test_an_address_to_serve_on_needs_host_and_port(turnero, sqlite_app, bind):
    status, output = turnero("serve", "--bind", bind, **environ_of(sqlite_app))
    assert status == 2
    assert "por ejemplo 127.0.0.1:8000" in output


@pytest.mark.parametrize("words", [["serve", "--bind", "127.0.0.1:{port}"], ["demo", "--port", "{port}"]], ids=" ".join)
def test_a_port_in_use_is_reported_in_one_sentence(turnero, sqlite_app, tmp_path, listener, words):
    port = listener.getsockname()[1]
    environ = environ_of(sqlite_app)
    status, output = turnero(*[word.format(port=port) for word in words], **environ)
    assert status == 1
    assert f"El puerto {port} de 127.0.0.1 ya está ocupado." in output


def test_a_rule_that_refuses_is_status_1_with_its_sentence(turnero, sqlite_app, monkeypatch):
    status, output = turnero("deadline", "2026-11-10", "--days", "8", "--canton", "Atlantis", **environ_of(sqlite_app))
    assert status in (1, 2)
    assert "Traceback" not in output


def test_the_server_answers_and_ends_at_a_signal(sqlite_app):
    port = free_port()
    arguments = ["serve", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "2"]
    with running(*arguments, environ=environ_of(sqlite_app)) as process:
        assert (
            process.stdout.readline()
            == f"Turnero atiende en http://127.0.0.1:{port} (procesos: 1, hilos en cada uno: 2).\n"
        )
        assert answer(port, "/no-existe")[0] == 404
        process.terminate()
        output, _ = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in output) == (0, False), output


def test_the_commands_work_under_flask_too(sqlite_app):
    program = "from flask.cli import main; main()"
    done = run("--app", "turnero", "mail", "retry", environ=environ_of(sqlite_app), program=program)
    assert done == (0, "Correos que vuelven a la cola: 0.\n")


def test_the_compiled_sentences_are_those_of_the_source():
    folder = resource("click_locale") / "es" / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as source, (folder / "messages.mo").open("rb") as compiled:
        written, used = read_po(source), read_mo(compiled)
    assert {"".join(one.id): "".join(one.string) for one in used if one.id} == {
        "".join(one.id): "".join(one.string) for one in written if one.id
    }
