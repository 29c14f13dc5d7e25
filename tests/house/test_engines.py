"""What the database decides is tested on both databases; a test runs on one alone where the other adds nothing."""

import re

from tests.support import ROOT
from tests.support.inspection import engines
from tests.support.servers.databases import ENGINES

PRODUCT = ROOT / "turnero"
# A write, by its words: a use case, or a statement that changes rows.
WRITES = re.compile(r"@(database\.)?transaction\b|(?<![.\w])(insert|update|delete)\(|session\.(add|delete)\(")
ALWAYS = ("turnero.operations.jobs", "turnero.core.db", "turnero.operations.schema", "turnero.operations.audit")


def writing_modules():
    """The modules of ``booking`` that write, and those that everything written stands on."""
    found = set(ALWAYS)
    for path in (PRODUCT / "booking").rglob("*.py"):
        if WRITES.search(path.read_text()):
            found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted(found)


def named_on_both():
    return set().union(*(engines.named_on_both(path) for path in engines.files_of_tests()))


def test_no_module_that_writes_lost_its_second_engine():
    modules = writing_modules()
    assert len(modules) > 20
    assert sorted(set(modules) - named_on_both()) == []


def test_control_a_module_that_is_tested_on_one_engine_is_found(tmp_path, monkeypatch):
    one, both, mixed = (tmp_path / f"test_{name}.py" for name in ("one", "both", "mixed"))
    on_one = '@pytest.mark.engines("sqlite")\ndef test_one(app): holds\n'
    head = "import pytest\nfrom turnero.booking.journey import holds\n"
    one.write_text(head + on_one)
    mixed.write_text(head + on_one + "def test_both(app): pass\n")
    both.write_text(head + "def test_both(desk): holds\n")
    assert engines.of(mixed) == {"test_one": {"sqlite"}, "test_both": set(ENGINES)}
    for files, found in (([one], False), ([one, mixed], False), ([one, mixed, both], True)):
        monkeypatch.setattr(engines, "files_of_tests", lambda files=files: files)
        assert ("turnero.booking.journey.holds" in named_on_both()) is found
