"""Print how many public functions of the product have a name of their own: ``python -m tests.support.tools.names``."""

import ast
from collections import defaultdict

from tests.support import ROOT

# Conventions: the same function in several packages, which a reader expects under this name.
WANTED = frozenset({"may_be_kept", "register"})


def by_name() -> dict[str, list[str]]:
    """The modules that define each public module-level function."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "turnero").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in WANTED:
                found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


def share_unique(names: dict[str, list[str]]) -> float:
    """The share (0 to 1) of functions with a unique name."""
    functions = sum(len(modules) for modules in names.values())
    return sum(len(modules) == 1 for modules in names.values()) / functions


def main() -> None:
    names = by_name()
    repeated = {name: modules for name, modules in names.items() if len(modules) > 1}
    print(f"{share_unique(names):.1%} of the public functions have a name of their own; {len(repeated)} names repeat.")


if __name__ == "__main__":
    main()
