"""`make sbom` detects missing and unknown packages, wrong versions and missing licences."""

import json

import pytest

from tests.support.tools import sbom


def written(folder, **changes):
    """A list of parts as the tool writes it: what the lock has, with ``changes`` (None takes one out)."""
    versions = {name: version for name, version in (sbom.locked() | changes).items() if version}
    parts = [{"name": name, "version": version, "licenses": [{}]} for name, version in versions.items()]
    bom = folder / "turnero.cdx.json"
    bom.write_text(json.dumps({"components": parts}))
    return bom


def test_what_the_lock_installs_is_right(tmp_path):
    assert not sbom.faults(written(tmp_path))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"flask": None}, ["flask: in the lock, not in the list"]),
        ({"flask": "0.1"}, ["flask: 0.1, locked"]),
        ({"strange-part": "1"}, ["strange-part: in the list, not in the lock", "strange-part: not in NOTICE"]),
    ],
)
def test_control_what_is_wrong_is_told(tmp_path, changes, told):
    found = sbom.faults(written(tmp_path, **changes))
    assert len(found) == len(told)
    assert all(fault.startswith(start) for fault, start in zip(found, told, strict=True))


def test_control_a_part_without_licence_is_reported(tmp_path):
    bom = written(tmp_path)
    bom.write_text(bom.read_text().replace('"licenses": [{}]', '"licenses": []', 1))
    assert [fault for fault in sbom.faults(bom) if fault.endswith("no licence")]
