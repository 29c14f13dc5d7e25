"""What the database decides is tested on both databases; a test runs on one alone where the other adds nothing."""

import re

from tests.support import ROOT
from tests.support.inspection import engines
from tests.support.servers.databases import ENGINES

PRODUCT = ROOT / "turnero"
# A write, by its words: a use case, or a statement that changes rows.
WRITES = re.compile(r"@(database\.)?transaction\b|(?<![.\w])(insert|update|delete)\(|session\.(add|delete)\(")
ALWAYS = ("turnero.jobs", "turnero.db", "turnero.schema", "turnero.audit")


def writing_modules():
    """The modules of ``booking`` that write, and those that everything written stands on."""
    found = set(ALWAYS)
    for path in (PRODUCT / "booking").rglob("*.py"):
        if WRITES.search(path.read_text()):
            found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted(found)


def named_on_both():
    """The modules that a file names which has a test on both engines."""
    found = set()
    for path in engines.files_of_tests():
        if any(on == set(ENGINES) for on in engines.of(path).values()):
            found |= engines.imports(path)
    return found


def test_no_module_that_writes_lost_its_second_engine():
    modules = writing_modules()
    assert len(modules) > 20
    assert sorted(set(modules) - named_on_both()) == []


def test_control_a_module_that_is_tested_on_one_engine_is_found(tmp_path, monkeypatch):
    test = tmp_path / "test_one.py"
    test.write_text(
        "import pytest\nfrom turnero.booking import holds\n"
        'pytestmark = pytest.mark.engines("sqlite")\ndef test_it(app): pass\n'
    )
    assert engines.of(test) == {"test_it": {"sqlite"}}
    both = tmp_path / "test_both.py"
    both.write_text("from turnero.booking import holds\ndef test_it(desk): pass\n")
    assert engines.of(both) == {"test_it": set(ENGINES)}
    monkeypatch.setattr(engines, "files_of_tests", lambda: [test])
    assert "turnero.booking.holds" not in named_on_both()
    monkeypatch.setattr(engines, "files_of_tests", lambda: [test, both])
    assert "turnero.booking.holds" in named_on_both()
