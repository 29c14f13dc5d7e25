"""The migrations are the schema: every test runs on them, and here they are compared with the models."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from turnero.core.extensions import db
from turnero.operations import schema

VIEWS = {
    "v_turnos": "referencia cedula tramite agencia provincia inicio_utc zona estado canal creado_utc confirmado_utc",
    "v_celdas": "agencia ventanilla inicio_utc asiento referencia caduca_utc",
    "v_correos": "destino tipo referencia estado intentos creado_utc enviado_utc",
    "v_eventos": "referencia momento_utc actor de a motivo",
}


@pytest.fixture
def blank_app(engine, make_app):
    """An application whose database has no table yet."""
    with make_app(engine, migrated=False) as app:
        yield app


def test_an_empty_database_is_brought_to_the_newest_schema(blank_app):
    assert not schema.is_current()
    schema.upgrade()
    assert schema.is_current()
    assert db.session.execute(text("SELECT count(*) FROM clock")).scalar_one() == 1


def test_migrating_again_is_harmless(blank_app):
    schema.upgrade()
    db.session.execute(text("INSERT INTO lines (slug, name) VALUES ('cartera', 'Cartera')"))
    db.session.commit()
    schema.upgrade()
    assert db.session.execute(text("SELECT slug FROM lines")).scalar_one() == "cartera"
    assert db.session.execute(text("SELECT count(*) FROM clock")).scalar_one() == 1


def test_the_schema_is_what_the_models_say(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, db.metadata) == []


def test_every_check_of_the_models_is_in_the_schema(app):
    """Alembic does not compare CHECK constraints, and they are the last defence."""
    inspector = inspect(db.engine)
    for table in db.metadata.sorted_tables:
        wanted = {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
        found = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert found == wanted, table.name


@pytest.mark.parametrize("view", VIEWS)
def test_the_views_have_the_columns_of_the_contract(app, view):
    assert " ".join(db.session.execute(text(f"SELECT * FROM {view}")).keys()) == VIEWS[view]
