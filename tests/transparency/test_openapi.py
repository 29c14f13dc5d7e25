"""The OpenAPI description matches every URL and answer."""

import re
from functools import cache
from itertools import product

import pytest

from tests.support.scenes.world import build_world, rules
from turnero.transparency.open_data import openapi

API = "/api/v1"


@pytest.fixture
def world(app):
    return build_world(app)


@cache
def components():
    return openapi.openapi_document("")["components"]["schemas"]


def fits(value, schema, where="$"):
    """What of a value is not as its schema says, for the words that ours uses."""
    if "$ref" in schema:
        return fits(value, components()[schema["$ref"].rpartition("/")[2]], where)
    if "anyOf" in schema:
        return [] if any(not fits(value, one, where) for one in schema["anyOf"]) else [where]
    if "const" in schema:
        return [] if value == schema["const"] else [where]
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    if type(value) is not kinds[schema["type"]]:
        return [where]
    wrong = []
    if isinstance(value, str):
        wrong += [where] * (not re.search(schema.get("pattern", ""), value))
        wrong += [where] * (value not in schema.get("enum", [value]))
    if isinstance(value, int):
        wrong += [where] * (not schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        wrong += [each for index, item in enumerate(value) for each in fits(item, schema["items"], f"{where}[{index}]")]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        wrong += [f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        wrong += [f"{where}.{name} is not described" for name in value if name not in known and more is False]
        wrong += [
            each for name, one in known.items() if name in value for each in fits(value[name], one, f"{where}.{name}")
        ]
    return wrong


def test_every_address_is_described_and_no_other(app, client):
    described = client.get(f"{API}/openapi.json").get_json()
    assert described["servers"][0]["url"] == f"{app.config['SETTINGS'].base_url}{API}"
    assert {f"{API}{path}" for path in described["paths"]} == {
        rule for rule in rules(app, "GET") if rule.startswith(API)
    }


@pytest.mark.parametrize("path", [path for path in openapi.PATHS if not path.endswith(".csv")])
def test_every_answer_is_as_it_is_described(world, client, path):
    """With every province and trámite: known, unknown, malformed and none. One world serves all the questions."""
    slugs = ("", world.words()["slug"], "unknown")
    for province, slug in product(("", "17", "01", "99", "x"), slugs):
        answer = client.get(f"{API}{path}?provincia={province}&tramite={slug}")
        described = openapi.PATHS[path]["get"]["responses"][str(answer.status_code)]
        (media, schema) = next(iter(described["content"].items()))
        assert answer.mimetype == media, (province, slug)
        assert fits(answer.get_json(), schema["schema"]) == [], (province, slug)


def test_control_the_schema_reader_can_fail():
    assert fits({"slug": "A B"}, openapi._record(slug=openapi._SLUG)) == ["$.slug"]
    assert fits({}, openapi._record(slug=openapi._SLUG)) == ["$.slug is missing"]
    assert fits({"x": 1}, openapi._record()) == ["$.x is not described"]
    assert fits([0], openapi._list(openapi._count(1))) == ["$[0]"]
