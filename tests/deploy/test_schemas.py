"""``compose.yaml`` and the manifests of Kubernetes fit the schemas that their own projects publish."""

import copy
import json
from importlib import resources

import kubernetes_validate
import pytest
import yaml
from jsonschema.validators import validator_for

from tests.support import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
KUSTOMIZATION = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
MANIFESTS = {
    f"{path.stem} {document['kind']} {document['metadata']['name']}": document
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    if path.name != "kustomization.yaml"
    for document in yaml.safe_load_all(path.read_text())
}
# The oldest that the policies and probes need, and the newest that there is a schema for.
VERSIONS = ("1.27", "1.34")


def compose_faults(compose: object) -> list[str]:
    file = resources.files("check_jsonschema").joinpath("builtin_schemas", "vendor", "compose-spec.json")
    schema = json.loads(file.read_text())
    return [error.message for error in validator_for(schema)(schema).iter_errors(compose)]


def test_compose_fits_its_schema():
    assert compose_faults(COMPOSE) == []


def test_control_a_misspelt_key_does_not():
    wrong = copy.deepcopy(COMPOSE)
    wrong["services"]["jobs"]["depends_upon"] = []
    assert compose_faults(wrong)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_fits_its_schema(name, version):
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


def test_control_a_misspelt_field_does_not():
    wrong = copy.deepcopy(MANIFESTS["web Deployment turnero-web"])
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_the_kustomization_names_every_file_but_the_example_of_the_secret():
    files = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert set(KUSTOMIZATION["resources"]) == files - {"kustomization.yaml", "secret.example.yaml"}


def services_named(compose) -> set[str]:
    return {name for service in compose["services"].values() for name in service.get("depends_on", {})}


def test_compose_names_only_what_it_has():
    named = services_named(COMPOSE)
    assert {"migrate", "pgbouncer", "postgres", "redis"} <= named <= set(COMPOSE["services"])
    volumes = {
        mounted.partition(":")[0] for service in COMPOSE["services"].values() for mounted in service.get("volumes", [])
    }
    assert {name for name in volumes if not name.startswith("./")} == set(COMPOSE["volumes"])
    bound = {name for name in volumes if name.startswith("./")} - {"./tls", "./secrets/userlist.txt"}
    assert bound
    assert all((DEPLOY / name).is_file() for name in bound)
