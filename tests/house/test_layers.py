"""The layers of docs/architecture.md (contracts in pyproject.toml)."""

import logging
import tomllib

import grimp
import pytest
from importlinter.cli import lint_imports

from tests.support import ROOT

ABOVE_EVERYTHING = {"turnero.cli", "turnero.operations.demo"}


@pytest.fixture(autouse=True)
def loggers_speak_afterwards():
    """import-linter configures logging for a process of its own, which silences every logger there is."""
    yield
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False


def test_the_contracts_of_floors_and_rules_hold(capsys):
    exit_code = lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert exit_code == 0, capsys.readouterr().out


def test_control_a_contract_that_our_code_breaks_is_reported(tmp_path, capsys):
    upside_down = tmp_path / "upside_down.toml"
    upside_down.write_text(
        """
        [tool.importlinter]
        root_packages = ["turnero"]
        [[tool.importlinter.contracts]]
        name = "Upside down"
        type = "layers"
        containers = ["turnero"]
        layers = ["notices", "booking"]
        """
    )
    assert lint_imports(str(upside_down), no_cache=True, no_logo=True) != 0
    assert "Upside down BROKEN" in capsys.readouterr().out


def test_only_the_top_floor_sees_create_app():
    graph = grimp.build_graph("turnero", cache_dir=None)
    assert graph.find_modules_that_directly_import("turnero") <= ABOVE_EVERYTHING


def test_a_module_that_calls_its_rules_pure_is_under_the_contract_of_rules():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (rules,) = (contract for contract in contracts if contract["name"].startswith("Rules"))
    pure = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "turnero").rglob("*.py")
        if "Pure" in path.read_text().split('"""')[1]
    }
    assert pure <= set(rules["source_modules"])
