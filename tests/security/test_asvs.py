"""tests/asvs.csv: each security requirement S1–S49, whether it applies, and the tests that prove it.

A requirement that applies has a test that is there; one that does not says why. What still waits for its test is in
``PENDING`` and nowhere else, so that it cannot be forgotten.
"""

import csv

import pytest

from tests.support import ROOT
from tests.support.inspection.nodes import exists

TABLE = ROOT / "tests" / "asvs.csv"
PENDING: set[str] = set()
WAITS = "TODO"


def rows():
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def faults(table, pending):
    """What is wrong with a table, a line each."""
    found = []
    expected = [f"S{number}" for number in range(1, 50)]
    if [row["requirement"] for row in table] != expected:
        found.append("the requirements are not S1 to S49, each once and in order")
    for row in table:
        found += [f"{row['requirement']}: {fault}" for fault in faults_of(row, pending)]
    return found


def faults_of(row, pending):
    nodes = row["test"].split()
    if row["applies"] == "no":
        return [] if row["reason"].strip() and not nodes else ["does not apply: a reason and no test"]
    if row["applies"] != "yes":
        return ["applies is yes or no"]
    if nodes == [WAITS]:
        return [] if row["requirement"] in pending else ["has no test"]
    found = [] if row["requirement"] not in pending else ["has its test: it is pending no more"]
    found += [f"there is no {node}" for node in nodes if not exists(node)]
    if not nodes or len(nodes) != len(set(nodes)):
        found.append("no test, or one named twice")
    return found


def test_every_requirement_that_applies_has_a_test_that_is_there():
    assert not faults(rows(), PENDING), "\n".join(faults(rows(), PENDING))


def row(requirement="S1", applies="yes", test="tests/web/test_setup.py::test_a_flood_is_asked_to_wait", reason=""):
    return {"requirement": requirement, "applies": applies, "test": test, "reason": reason}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (row(test="tests/web/test_setup.py::test_a_flood_is_asked_to_weight"), "there is no"),
        (row(test="tests/test_nowhere.py::test_a_flood_is_asked_to_wait"), "there is no"),
        (row(test="tests/web/test_setup.py"), "there is no"),
        (row(test=""), "no test"),
        (row(test=" ".join([row()["test"]] * 2)), "named twice"),
        (row(test=WAITS), "has no test"),
        (row(applies="no", test=""), "a reason"),
        (row(applies="no", reason="because"), "no test"),
        (row(applies="perhaps"), "yes or no"),
        (row(requirement="S2"), "pending no more"),
    ],
)
def test_control_what_is_wrong_in_a_row_is_found(wrong, told):
    (fault,) = faults_of(wrong, {"S2"})
    assert told in fault


def test_control_right_rows_pass_and_a_missing_one_is_found():
    assert not faults_of(row(), set())
    assert not faults_of(row(test=WAITS), {"S1"})
    assert not faults_of(row(applies="no", test="", reason="nothing is uploaded"), set())
    assert faults(rows()[:-1], PENDING)
