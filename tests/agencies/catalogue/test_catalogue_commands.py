"""``turnero catalogue``: exit status and output."""

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from tests.support.rows.catalogues import COUNTRY
from turnero.agencies.models import Agency, Province
from turnero.cli import cli
from turnero.core.extensions import db
from turnero.core.paths import resource

LOOPBACK = {
    "TURNERO_ENV": "production",
    "TURNERO_SECRET_KEY": "N2vQmI0pYb8sKfTz4cRwXh6Jd1aLgEuO",
    "TURNERO_CODE_KEY": "9f3b1c7ad24e8056be12f7c4903ad6e8",
    "TURNERO_CLOCK": "+0s",
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["catalogue", *map(str, arguments)])


def count(table: type) -> int | None:
    return db.session.scalar(select(func.count()).select_from(table))


@pytest.fixture
def country(tmp_path):
    """The file of a small country."""
    file = tmp_path / "country.yaml"
    file.write_text(COUNTRY, encoding="utf-8")
    return file


def test_the_shipped_catalogue_passes_the_check_and_checking_loads_nothing(app):
    result = run("check", resource("catalogue"))
    assert result.exit_code == 0
    assert result.stdout.startswith("El catálogo está bien: 24 provincias, 2 líneas, 5 trámites, ")
    assert count(Province) == 0


def test_loading_says_what_there_was(app, country):
    result = run("load", country)
    assert (result.exit_code, result.stdout) == (
        0,
        "Catálogo cargado: 1 provincia, 2 líneas, 2 trámites, 1 agencia, 1 feriado local, 3 decretos.\n",
    )
    assert result.stderr == "Cargando el catálogo…\n"
    assert count(Agency) == 1


@pytest.mark.parametrize("command", ["load", "check"])
def test_faults_end_with_one_and_nothing_is_changed(app, tmp_path, command):
    file = tmp_path / "bad.yaml"
    file.write_text('provinces:\n- {code: "17", name: A, capital: B, zone: America/Guayaquil}\n- {code: 1}\n')
    result = run(command, file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f'{file}:3: «code»: va un texto entre comillas: "1"\n' in result.stderr
    assert f"{file}:3: falta la clave «name»\n" in result.stderr
    assert count(Province) == 0


@pytest.mark.parametrize("command", ["load", "check"])
def test_a_missing_path_is_a_usage_error(app, tmp_path, command):
    assert run(command, tmp_path / "nothing.yaml").exit_code == 2


def test_a_folder_without_yaml_is_reported(app, tmp_path):
    result = run("load", tmp_path)
    assert result.exit_code == 1
    assert f"No hay archivos .yaml en {tmp_path}." in result.stderr


def test_a_check_may_name_what_is_loaded(app, country, tmp_path):
    more = tmp_path / "more.yaml"
    more.write_text('agencies: [{slug: cayambe, name: Cayambe, province: "17", canton: Cayambe}]')
    assert run("check", more).exit_code == 1
    run("load", country)
    assert run("check", more).exit_code == 0


def test_a_check_needs_no_database(databases, engine, tmp_path, country):
    app = databases.make_app(databases.blank(engine, tmp_path / "blank.sqlite3"))
    with app.app_context():
        result = run("check", country)
        db.session.remove()
        db.engine.dispose()
    assert result.exit_code == 0
    assert "se comprueban solo los archivos" in result.stderr


def test_writing_to_a_file_that_can_be_loaded_again(app, country, tmp_path):
    run("load", country)
    result = run("export", tmp_path / "out.yaml")
    assert (result.exit_code, result.stdout) == (0, f"Catálogo escrito en {tmp_path}/out.yaml.\n")
    assert run("load", tmp_path / "out.yaml").exit_code == 0


def test_a_path_that_ends_in_a_stroke_becomes_a_folder(app, country, tmp_path):
    run("load", country)
    assert run("export", f"{tmp_path}/new/folder/").exit_code == 0
    assert (tmp_path / "new" / "folder" / "agencies.yaml").exists()


def test_other_files_of_the_folder_are_warned_of(app, country, tmp_path):
    run("load", country)
    result = run("export", tmp_path)
    assert result.exit_code == 0
    assert f"la carpeta tiene otros archivos que se leerían juntos: {country}." in result.stderr


def test_an_unwritable_folder_is_reported(app, tmp_path):
    result = run("export", tmp_path / "nowhere" / "out.yaml")
    assert result.exit_code == 1
    assert f"No se puede escribir en {tmp_path}/nowhere/out.yaml" in result.stderr


def test_production_loads_demonstrations_with_a_warning(make_app, tmp_path, country):
    country.write_text(COUNTRY.replace("    canton: Quito\n", "    canton: Quito\n    demo: true\n"))
    with make_app("sqlite", **LOOPBACK):
        result = run("load", country)
        assert count(Agency) == 1
    assert result.exit_code == 0
    assert "Advertencia: en producción hay agencias de demostración (demo: true): 1." in result.stderr


def test_other_environments_get_no_warning(app, country):
    country.write_text(COUNTRY.replace("    canton: Quito\n", "    canton: Quito\n    demo: true\n"))
    assert "Advertencia" not in run("load", country).stderr
