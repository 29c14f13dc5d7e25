"""The units of ``deploy/systemd``: systemd itself finds no fault in them, and little that they could reach."""

import pytest

from tests.support.machine import units

pytestmark = pytest.mark.slow  # `make check` needs no systemd
UNITS = {path.name: path.read_text() for path in sorted(units.FOLDER.iterdir())}
SERVICES = [path for path in sorted(units.FOLDER.iterdir()) if path.suffix == ".service"]


def test_systemd_finds_no_fault(tmp_path):
    assert len(UNITS) == 5
    assert units.faults_of(UNITS, tmp_path) == []


@pytest.mark.parametrize(
    ("right", "wrong"), [("Restart=always", "Restart=allways"), ("ProtectHome=yes", "ProtectHouse=yes")]
)
def test_control_a_wrong_word_is_found(tmp_path, right, wrong):
    name = "turnero-jobs.service"
    assert units.faults_of(UNITS | {name: UNITS[name].replace(right, wrong)}, tmp_path)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_a_service_reaches_little(unit):
    assert units.exposure_of(unit) <= 2


def test_control_a_service_as_most_are_written_reaches_nearly_everything(tmp_path):
    (tmp_path / "plain.service").write_text("[Service]\nUser=turnero\nExecStart=/bin/true\n")
    assert units.exposure_of(tmp_path / "plain.service") > 8


@pytest.mark.parametrize("name", ["turnero-web@.service", "turnero-jobs.service"])
def test_what_must_run_is_started_for_ever(name):
    """A database that is away for an hour must not leave them stopped."""
    lines = UNITS[name].splitlines()
    assert {"Restart=always", "StartLimitIntervalSec=0"} <= set(lines)
    assert not any(line.startswith("Requires=") for line in lines)
