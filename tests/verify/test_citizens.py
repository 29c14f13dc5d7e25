"""``turnero citizens load``: valid lines, reported errors, all or nothing."""

from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.support.rows.build import create_citizen
from turnero.cli import cli
from turnero.core.extensions import db
from turnero.core.problems import FileInvalid
from turnero.verify import citizens
from turnero.verify.models import Citizen
from turnero.verify.registry import Person

TODAY = date(2026, 11, 9)
HEADER = "cedula,nombres,apellidos,nacimiento,correo,celular\n"
ANA = "1700000001,Ana María,Prueba,1985-03-14,ana@example.ec,0990000001\n"
LUIS = "0900000001,Luis,Ejemplo,,,\n"


@pytest.fixture
def people_of(tmp_path):
    """The people that a file of these bytes names."""

    def read(content: str | bytes) -> list[Person]:
        file = tmp_path / "ciudadanos.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return citizens.parse_people(citizens.read_lines(file), TODAY)

    return read


@pytest.fixture
def load(app, tmp_path):
    """Run the command on a text: exit status, standard output and standard error."""

    def run(text: str) -> tuple[int, str, str]:
        file = tmp_path / "ciudadanos.csv"
        file.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(cli, ["citizens", "load", str(file)])
        return result.exit_code, result.stdout, result.stderr.replace(str(tmp_path), "")

    return run


def everybody() -> list[tuple[str, str, str | None]]:
    db.session.rollback()
    found = db.session.scalars(select(Citizen).order_by(Citizen.cedula))
    return [(citizen.cedula, citizen.names, citizen.mobile) for citizen in found]


def test_a_line_gives_a_person_with_everything_in_its_stored_form(people_of):
    (ana,) = people_of(HEADER + " 170000000-1 ,  Ana   María,Prueba,1985-03-14,ana@example.ec,099 000 0001\n")
    assert ana == Person("1700000001", "Ana María", "Prueba", date(1985, 3, 14), "ana@example.ec", "+593990000001")


def test_birth_mail_and_mobile_may_be_empty(people_of):
    (luis,) = people_of(HEADER + LUIS)
    assert luis == Person("0900000001", "Luis", "Ejemplo", None, None, None)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"], ids=["plain", "with byte order mark"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
def test_every_usual_utf_8_file_is_read(people_of, before, ends):
    found = people_of(before + (HEADER + ANA + "\n" + LUIS).replace("\n", ends).encode())
    assert [person.names for person in found] == ["Ana María", "Luis"]


def test_the_columns_may_come_in_any_order(people_of):
    (luis,) = people_of("apellidos,cedula,Nombres,correo,celular,nacimiento\nEjemplo,0900000001,Luis,,,1950-01-01\n")
    assert (luis.cedula, luis.names, luis.surnames, luis.born) == ("0900000001", "Luis", "Ejemplo", date(1950, 1, 1))


BAD = {
    "a wrong check digit": (HEADER + "1700000002,Ana,Prueba,,,\n", 2, "cedula: El número de cédula no es válido."),
    "a zero that a spreadsheet ate": (
        HEADER + "900000001,Luis,Ejemplo,,,\n",
        2,
        "Debe tener 10 dígitos y usted ingresó 9.",
    ),
    "no name": (HEADER + "1700000001, ,Prueba,,,\n", 2, "nombres: Falta"),
    "a name of pictures": (HEADER + "1700000001,😀,Prueba,,,\n", 2, "nombres: Falta"),
    "a date the other way round": (
        HEADER + "1700000001,Ana,Prueba,14/03/1985,,\n",
        2,
        "nacimiento: Debe ser una fecha como",
    ),
    "a date that does not exist": (HEADER + "1700000001,Ana,Prueba,1985-02-30,,\n", 2, "nacimiento:"),
    "a date without hyphens": (HEADER + "1700000001,Ana,Prueba,19850314,,\n", 2, "nacimiento:"),
    "a birth still to come": (HEADER + "1700000001,Ana,Prueba,2026-11-10,,\n", 2, "ni futura"),
    "a birth in another age": (HEADER + "1700000001,Ana,Prueba,1899-12-31,,\n", 2, "ni anterior a 1900"),
    "a mail without domain": (
        HEADER + "1700000001,Ana,Prueba,,ana,\n",
        2,
        "correo: El correo electrónico no es válido.",
    ),
    "a telephone of a house": (
        HEADER + "1700000001,Ana,Prueba,,,023945666\n",
        2,
        "celular: El número de celular no es",
    ),
    "a column too few": (HEADER + LUIS + "1700000001,Ana,Prueba,,\n", 3, "hay 5 columnas y deben ser 6"),
    "a cédula twice": (HEADER + ANA + LUIS + ANA, 4, "la cédula ya está en la línea 2"),
    "a fault after a text of two lines": (HEADER + '1700000001,"Ana\nMaría",P,,,\n1700000002,A,P,,,\n', 4, "cedula:"),
    "another header": (
        "cedula,nombre,apellidos,nacimiento,correo,celular\n",
        1,
        "la primera línea debe ser «cedula,nombres",
    ),
    "semicolons": (HEADER.replace(",", ";"), 1, "separada por comas"),
    "nothing at all": ("", 1, "la primera línea debe ser"),
    "an open quote": (HEADER + '1700000001,"Ana,Prueba,,,\n', 2, "las comillas no están bien puestas"),
    "another encoding": ((HEADER + ANA).encode("latin-1"), 2, "UTF-8"),
}


@pytest.mark.parametrize(("content", "line", "words"), BAD.values(), ids=BAD)
def test_an_error_is_reported_with_its_line(people_of, content, line, words):
    with pytest.raises(FileInvalid) as caught:
        people_of(content)
    (found,) = caught.value.problems
    assert found.line == line
    assert words in found.text


def test_all_errors_are_reported_at_once(people_of):
    with pytest.raises(FileInvalid) as caught:
        people_of(HEADER + "1700000002,,Prueba,x,y,z\n" + LUIS + "0900000002,L,E,,,\n")
    assert [problem.line for problem in caught.value.problems] == [2, 2, 2, 2, 2, 4]


def test_no_fault_repeats_what_the_person_wrote(people_of):
    with pytest.raises(FileInvalid) as caught:
        people_of(HEADER + "1700000002,Ana,Prueba,,ana_at_example,099\n")
    assert not {"1700000002", "ana_at_example", "099"} & set(caught.value.data["lines"].split())


def test_loading_adds_and_changes_and_leaves_the_others(load):
    create_citizen("2000000006", names="Otra")
    assert load(HEADER + ANA + LUIS)[:2] == (0, "Ciudadanos cargados: 2.\n")
    load(HEADER + LUIS.replace("Luis,Ejemplo,,,", "Luis Alberto,Ejemplo,,,0990000002"))
    assert everybody() == [
        ("0900000001", "Luis Alberto", "+593990000002"),
        ("1700000001", "Ana María", "+593990000001"),
        ("2000000006", "Otra", None),
    ]


def test_what_a_file_no_longer_says_of_a_citizen_is_forgotten(load):
    load(HEADER + ANA)
    load(HEADER + "1700000001,Ana María,Prueba,,,\n")
    (ana,) = db.session.scalars(select(Citizen)).all()
    assert (ana.born, ana.email, ana.mobile) == (None, None, None)


def test_loading_twice_is_loading_once(load):
    load(HEADER + ANA + LUIS)
    before = everybody()
    assert load(HEADER + ANA + LUIS)[0] == 0
    assert everybody() == before


def test_a_faulty_file_changes_nothing(load):
    load(HEADER + ANA)
    before = everybody()
    status, out, err = load(HEADER + LUIS + ANA.replace("0990000001", "1"))
    assert (status, out) == (1, "")
    assert "No se cambió nada." in err
    assert "/ciudadanos.csv:3: celular: El número de celular no es válido." in err
    assert everybody() == before


def test_a_batch_that_the_database_refuses_leaves_no_other_behind(app, monkeypatch):
    monkeypatch.setattr(citizens, "_BATCH", 1)
    nameless = Person("0900000001", None, "Ejemplo")  # what no file can say
    with pytest.raises(IntegrityError):
        citizens.load_citizens([Person("1700000001", "Ana", "Prueba"), nameless])
    assert everybody() == []


def test_a_missing_file_is_a_usage_error(app, tmp_path):
    assert CliRunner().invoke(cli, ["citizens", "load", str(tmp_path / "nobody.csv")]).exit_code == 2
