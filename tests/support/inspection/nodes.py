"""Lists existing tests statically, to check lists that name tests without collecting."""

import ast
from functools import cache
from pathlib import Path

from tests.support import ROOT


def exists(node: str) -> bool:
    """Whether ``tests/….py::test_name`` exists; a case in ``[…]`` is ignored."""
    name, separator, function = node.partition("::")
    return bool(separator) and function.partition("[")[0] in _tests(ROOT / name)


@cache
def _tests(path: Path) -> frozenset[str]:
    if not path.is_file() or not path.name.startswith("test_"):
        return frozenset()
    body = ast.parse(path.read_text()).body
    return frozenset(item.name for item in body if isinstance(item, ast.FunctionDef) and item.name.startswith("test_"))
