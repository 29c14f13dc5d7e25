"""Which tests there are, by reading the files: lists that name tests are checked without collecting anything."""

import ast
from functools import cache
from pathlib import Path

from tests.support import ROOT


def exists(node: str) -> bool:
    """Whether ``tests/….py::test_name`` is there; what follows ``[`` (one case of a table) is not looked at."""
    name, separator, function = node.partition("::")
    return bool(separator) and function.partition("[")[0] in _tests(ROOT / name)


@cache
def _tests(path: Path) -> frozenset[str]:
    if not path.is_file() or not path.name.startswith("test_"):
        return frozenset()
    body = ast.parse(path.read_text()).body
    return frozenset(item.name for item in body if isinstance(item, ast.FunctionDef) and item.name.startswith("test_"))
