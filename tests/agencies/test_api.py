"""The first three JSON lists."""

import pytest

from tests.support.rows.build import create_agency, create_desk, create_line, create_procedure, create_province

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def glosas(app):
    line = create_line(name="Cartera")
    procedure = create_procedure(
        line, slug="notificacion-de-glosas", name="Notificación de glosas", channel="ambos", term_days=8
    )
    create_desk(line, agency=create_agency(slug="quito-sur", name="Quito Sur"))
    create_agency(slug="quito-norte", name="Quito Norte", kind="mall_point", demo=False, address="Calle 1")
    create_desk(line, agency=create_agency(create_province("09"), slug="guayaquil", name="Guayaquil"))
    return procedure


def slugs(response):
    return [agency["slug"] for agency in response.get_json()]


def test_provinces_come_by_name_as_spanish_sorts(client):
    for code, name in (("17", "Pichincha"), ("03", "Cañar"), ("04", "Carchi"), ("20", "Galápagos")):
        create_province(code, name, "Capital")
    found = client.get("/api/v1/provincias").get_json()
    assert [province["codigo"] for province in found] == ["03", "04", "20", "17"]
    assert found[2] == {"codigo": "20", "nombre": "Galápagos", "capital": "Capital", "zona": "Pacific/Galapagos"}


def test_tramites_have_channel_duration_and_term(client, glosas):
    assert client.get("/api/v1/tramites").get_json() == [
        {
            "slug": "notificacion-de-glosas",
            "nombre": "Notificación de glosas",
            "linea": "Cartera",
            "canal": "ambos",
            "minutos": 20,
            "termino_dias": 8,
        }
    ]


def test_an_agency_is_returned_with_all_its_data(client, glosas):
    norte = next(each for each in client.get("/api/v1/agencias").get_json() if each["slug"] == "quito-norte")
    assert norte == {
        "slug": "quito-norte",
        "nombre": "Quito Norte",
        "provincia": "17",
        "canton": "Quito",
        "direccion": "Calle 1",
        "tipo": "punto_centro_comercial",
        "zona": "America/Guayaquil",
        "demostracion": False,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["guayaquil", "quito-norte", "quito-sur"]),
        ("provincia=17", ["quito-norte", "quito-sur"]),
        ("tramite=notificacion-de-glosas", ["guayaquil", "quito-sur"]),
        ("provincia=17&tramite=notificacion-de-glosas", ["quito-sur"]),
        ("provincia=&tramite=", ["guayaquil", "quito-norte", "quito-sur"]),
    ],
)
def test_agencies_are_chosen_by_province_and_tramite(client, glosas, query, found):
    assert slugs(client.get(f"/api/v1/agencias?{query}")) == found


@pytest.mark.parametrize("query", ["provincia=99", "tramite=nada"])
def test_what_is_unknown_is_a_problem_document(client, glosas, query):
    response = client.get(f"/api/v1/agencias?{query}")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["detail"]


def test_the_lists_may_be_kept_for_a_minute_and_their_errors_not(client, glosas):
    assert client.get("/api/v1/tramites").headers["Cache-Control"] == "public, max-age=60"
    assert client.get("/api/v1/agencias?provincia=99").headers["Cache-Control"] == "no-store"


def test_nothing_can_be_written(client):
    assert client.post("/api/v1/agencias").status_code == 405


@pytest.mark.parametrize("name", ["provincias", "tramites", "agencias"])
def test_an_unchanged_list_answers_304(client, glosas, name):
    first = client.get(f"/api/v1/{name}")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = client.get(f"/api/v1/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    create_agency(slug="quito-valle", name="Quito Valle")
    changed = client.get(f"/api/v1/{name}", headers={"If-None-Match": first.headers["ETag"]}).status_code
    assert changed == (200 if name == "agencias" else 304)
