"""Determines statically on which databases each test runs, from its fixtures and ``engines`` marks."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.support import ROOT
from tests.support.servers.databases import ENGINES

_TESTS = ROOT / "tests"


def files_of_tests() -> list[Path]:
    return sorted(_TESTS.rglob("test_*.py"))


def of(path: Path) -> dict[str, frozenset[str]]:
    """The engines of each test of a file, by its name; none where it touches no database."""
    tree = _tree(path)
    fixtures = _fixtures(path)
    of_module = _named(_module_marks(tree))
    found = {}
    for test in _functions(tree):
        if not test.name.startswith("test_"):
            continue
        engines = _named(test.decorator_list) or of_module or frozenset(ENGINES)
        wanted = _closure({*_arguments(test), *_used_fixtures([*test.decorator_list, *_module_marks(tree)])}, fixtures)
        if "engine" not in wanted:
            engines = frozenset({"sqlite"} & engines) if "sqlite_app" in wanted else frozenset()
        elif "live_server" in wanted and not _named(test.decorator_list) and not of_module:
            engines = frozenset({"sqlite"})
        found[test.name] = engines
    return found


def named_on_both(path: Path) -> frozenset[str]:
    """Product modules a file references in tests that run on both engines, or in their fixtures."""
    on = of(path)
    if not any(engines == set(ENGINES) for engines in on.values()):
        return frozenset()
    parts = [
        node
        for node in _tree(path).body
        if not isinstance(node, ast.FunctionDef) or on.get(node.name, set(ENGINES)) == set(ENGINES)
    ]
    used = {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)}
    return frozenset(name for alias, names in _imports(path).items() if alias in used for name in names)


def _imports(path: Path) -> dict[str, set[str]]:
    """Product module or member each imported name may refer to; both are listed."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("turnero"):
            for alias in node.names:
                found[alias.asname or alias.name] = {str(node.module), f"{node.module}.{alias.name}"}
    return found


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _arguments(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]


def _fixtures(path: Path) -> dict[str, list[str]]:
    """Dependencies of each fixture visible to a file: its own, and those of the conftests above."""
    found: dict[str, list[str]] = {}
    browsing = _TESTS / "support" / "pages" / "browsing.py"
    below = [folder / "conftest.py" for folder in reversed(path.parents) if folder.parent.is_relative_to(_TESTS)]
    for file in (browsing, _TESTS / "conftest.py", *(each for each in below if each.exists()), path):
        for function in _functions(_tree(file)):
            if any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list):
                found[function.name] = _arguments(function)
    return found


def _closure(names: set[str], fixtures: dict[str, list[str]]) -> set[str]:
    waiting = list(names)
    while waiting:
        for name in fixtures.get(waiting.pop(), ()):
            if name not in names:
                names.add(name)
                waiting.append(name)
    return names


def _module_marks(tree: ast.Module) -> list[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            return list(node.value.elts) if isinstance(node.value, ast.List) else [node.value]
    return []


def _named(marks: Iterable[ast.expr]) -> frozenset[str]:
    """The engines that a mark among these names."""
    return frozenset(_texts(marks, "engines"))


def _used_fixtures(marks: Iterable[ast.expr]) -> list[str]:
    return _texts(marks, "usefixtures")


def _texts(marks: Iterable[ast.expr], of_mark: str) -> list[str]:
    calls = [
        mark for mark in marks if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith(f"mark.{of_mark}")
    ]
    return [str(argument.value) for call in calls for argument in call.args if isinstance(argument, ast.Constant)]
