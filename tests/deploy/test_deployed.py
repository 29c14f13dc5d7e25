"""The files in ``deploy`` match the product (settings, commands, probes, time-outs) and hold no secrets."""

import re
import shlex

import click
import pytest
import yaml

from config import Settings, SettingsError
from tests.support import ROOT
from tests.support.servers import nginx, pgbouncer
from turnero.cli import cli
from turnero.core.db import TIMEOUTS
from turnero.operations import serving

DEPLOY = ROOT / "deploy"
FILES = {path.relative_to(DEPLOY).as_posix(): path.read_text() for path in sorted(DEPLOY.rglob("*")) if path.is_file()}
COMPOSE = yaml.safe_load(FILES["compose.yaml"])
MANIFESTS = [
    document for name, text in FILES.items() if name.startswith("kubernetes/") for document in yaml.safe_load_all(text)
]
PODS = [each["spec"]["template"]["spec"] for each in MANIFESTS if each["kind"] in ("Deployment", "Job")]
CONTAINERS = [container for pod in PODS for container in pod["containers"]]
GRACEFUL_STOP_SECONDS = serving._GRACE_SECONDS
SECRET = re.compile(r"_KEY|_PASSWORD|_TOKEN|_URL(?<!BASE_URL)")


class Watched(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)


@pytest.fixture(scope="module")
def settings():
    """The names that the product reads."""
    environ = Watched()
    Settings.from_environ(environ)
    return environ.asked


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\bTURNERO_[A-Z_]+\b", text))


@pytest.mark.parametrize("name", FILES)
def test_every_setting_that_is_named_is_one_that_is_read(name, settings):
    assert names_in(FILES[name]) <= settings


def test_control_another_name_is_not_found(settings):
    assert names_in("TURNERO_DATABASE=…") - settings


def test_the_example_has_every_setting_once_and_no_secret(settings):
    given = re.findall(r"^(TURNERO_\w+)=(.*)$", FILES["turnero.env.example"], re.MULTILINE)
    assert sorted(name for name, _ in given) == sorted(settings)
    assert [name for name, value in given if SECRET.search(name) and value] == []


def test_the_example_lacks_only_what_has_no_default():
    given = dict(re.findall(r"^(TURNERO_\w+)=(.*)$", FILES["turnero.env.example"], re.MULTILINE))
    with pytest.raises(SettingsError) as told:
        Settings.from_environ(given)
    lacking = {problem.split()[0] for problem in told.value.problems}
    assert lacking == {"TURNERO_SECRET_KEY", "TURNERO_CODE_KEY", "TURNERO_MAIL_URL"}


def test_config_map_and_secret_share_the_settings_out_and_the_secret_is_empty(settings):
    data = {each["kind"]: each.get("data") or each.get("stringData") for each in MANIFESTS}
    assert set(data["ConfigMap"]) | set(data["Secret"]) == settings - {"TURNERO_CLOCK"}
    assert not set(data["ConfigMap"]) & set(data["Secret"])
    assert set(data["Secret"].values()) == {""}
    assert not [name for name in data["ConfigMap"] if SECRET.search(name)]


def test_compose_carries_no_secret():
    for name, service in COMPOSE["services"].items():
        for setting, value in service.get("environment", {}).items():
            assert not SECRET.search(setting) or value.startswith(("/run/secrets/", "unix://")), name


def commands() -> list[list[str]]:
    """Every command line of the product in ``deploy``."""
    found = [container["args"] for container in CONTAINERS]
    found += [service["command"] for service in COMPOSE["services"].values() if "turnero" in service.get("command", ())]
    found += [yaml.safe_load(line) for line in re.findall(r"^CMD (.*turnero.*)$", FILES["Containerfile"], re.MULTILINE)]
    for name, text in FILES.items():
        if name.endswith(".service"):
            found += [shlex.split(each) for each in re.findall(r"/opt/turnero/bin/(turnero [^;\n]*)", text)]
    return found


def refuses(arguments: list[str]) -> bool:
    """Whether the command line has no such command or option; nothing is run."""
    try:
        command = cli.get_command(click.Context(cli), arguments[0])
        return command is None or not command.make_context(arguments[0], arguments[1:])
    except click.UsageError:
        return True


def test_every_command_is_one_that_the_product_has():
    asked = commands()
    assert len(asked) == 10
    # Being built beside this; its form is in the contract.
    assert [line for line in asked if refuses(line[1:])] == []


def test_control_a_missing_command_or_option_is_refused():
    assert refuses(["work"])
    assert refuses(["serve", "--port", "8000"])


def test_every_probe_asks_an_address_that_is_there(sqlite_app):
    probes = [probe for each in CONTAINERS for name, probe in each.items() if name.endswith("Probe")]
    asked = {probe["httpGet"]["path"] for probe in probes}
    asked |= set(re.findall(r"http://127\.0\.0\.1:8000(/\w+)", FILES["Containerfile"] + FILES["compose.yaml"]))
    assert asked == {"/healthz", "/readyz"}
    assert asked <= {rule.rule for rule in sqlite_app.url_map.iter_rules()}


def test_nobody_is_root_and_nothing_is_written_but_where_it_may():
    users = re.findall(r"^USER (\S+)$", FILES["Containerfile"], re.MULTILINE)
    assert users == ["10001:10001", "10002"]
    assert len(CONTAINERS) == 3
    assert all(pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001 for pod in PODS)
    for container in CONTAINERS:
        secured = container["securityContext"]
        assert secured["readOnlyRootFilesystem"] and not secured["allowPrivilegeEscalation"]
        assert secured["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    for name, service in COMPOSE["services"].items():
        if "turnero" in service["image"]:
            assert service["read_only"] and service["cap_drop"] == ["ALL"], name


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_grace_period_exceeds_the_time_to_stop():
    assert "workers_kill_timeout=_GRACE_SECONDS," in (ROOT / "turnero" / "operations" / "serving.py").read_text()
    for each in MANIFESTS:
        if each["kind"] == "Deployment":
            assert each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > GRACEFUL_STOP_SECONDS + 5
            assert each["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    for name in ("web-1", "web-2", "web-3", "jobs"):
        assert seconds(COMPOSE["services"][name]["stop_grace_period"]) > GRACEFUL_STOP_SECONDS
    for name in ("turnero-web@.service", "turnero-jobs.service"):
        (stop,) = re.findall(r"^TimeoutStopSec=(\d+)$", FILES[f"systemd/{name}"], re.MULTILINE)
        assert int(stop) > GRACEFUL_STOP_SECONDS


def test_everything_waits_for_the_migration():
    for name in ("web-1", "web-2", "web-3", "jobs"):
        waits = COMPOSE["services"][name]["depends_on"]["migrate"]
        assert waits == {"condition": "service_completed_successfully"}


def test_the_role_carries_the_time_outs_of_the_product():
    given = dict(re.findall(r"^ALTER ROLE turnero SET (\w+) = '(\w+)';$", pgbouncer.ROLE.read_text(), re.MULTILINE))
    assert given == TIMEOUTS


def test_the_replicas_of_compose_stand_behind_the_same_proxy():
    inline = COMPOSE["configs"]["upstream"]["content"]
    addresses = re.findall(r"server ([\d.]+):8000", inline)
    given = [COMPOSE["services"][f"web-{n}"]["networks"]["inside"]["ipv4_address"] for n in (1, 2, 3)]
    assert addresses == given
    elsewhere = re.sub(r"127\.0\.0\.1:\d+", "REPLICA", (nginx.FOLDER / "upstream.conf").read_text())
    here = re.sub(r"[\d.]+:8000", "REPLICA", inline)
    assert here.strip() == re.sub(r"(?m)^#.*\n", "", elsewhere).strip()
