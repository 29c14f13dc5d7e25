"""tests/points.csv: the twenty-five points of a page that everybody can use, each with the tests that hold it."""

import csv
from pathlib import Path

from tests.support.inspection.nodes import exists

TABLE = Path(__file__).with_name("points.csv")


def rows():
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def faults(table):
    """What is wrong with a table, a line each."""
    found = [] if [row["point"] for row in table] == [str(number) for number in range(1, 26)] else ["not 1 to 25"]
    for row in table:
        nodes = row["tests"].split()
        found += [f"{row['point']}: there is no {node}" for node in nodes if not exists(node)]
        found += [f"{row['point']}: no test"] * (not nodes)
    return found


def test_every_point_has_tests_that_are_there():
    assert faults(rows()) == []


def test_control_a_point_without_a_test_and_a_missing_test_are_found():
    table = rows()
    table[3] = table[3] | {"tests": ""}
    table[4] = table[4] | {"tests": "tests/test_points.py::test_nobody_wrote"}
    assert faults(table) == ["4: no test", "5: there is no tests/test_points.py::test_nobody_wrote"]
    assert faults(table[:20])[0] == "not 1 to 25"
