"""Dashboard and alert rules name only figures that /metrics has, with labels that it gives."""

import json
import re

import pytest
import yaml

from tests.support import ROOT
from tests.support.rows.build import create_desk, create_procedure
from turnero.operations.jobs import Leadership

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "grafana" / "turnero.json"


def rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def expressions():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels for target in panel["targets"]]


@pytest.fixture
def given(sqlite_app):
    """By figure the labels that /metrics gives."""
    create_desk(create_procedure().line)
    Leadership().renew()
    text = sqlite_app.test_client().get("/metrics").get_data(as_text=True)
    return set(re.findall(r"^# TYPE (turnero_\w+)", text, re.MULTILINE))


def test_every_figure_that_is_watched_exists(given):
    watched = {name for expression in expressions() for name in re.findall(r"turnero_\w+", expression)}
    assert watched <= given
    assert len(watched) >= 12


def test_every_alert_says_what_is_wrong_and_how_urgent():
    for rule in rules():
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert re.fullmatch(r"\d+[mh]", rule["for"])


def test_every_panel_has_a_title_of_its_own_and_a_place():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
