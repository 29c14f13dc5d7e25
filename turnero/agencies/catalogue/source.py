"""The catalogue's files as YAML nodes, each of which still knows its file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from turnero.core.errors import InvalidInput
from turnero.core.problems import Problem

_SUFFIXES = {".yaml", ".yml"}


class NoCatalogue(InvalidInput):
    """The folder ``path`` holds no YAML file."""

    code = "catalogue_missing"


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """Where something was said."""

    file: str
    line: int

    @classmethod
    def of(cls, node: yaml.Node) -> "Position":
        return cls(node.start_mark.name, node.start_mark.line + 1)


def files(path: Path) -> list[Path]:
    """``path`` itself, or the YAML files below it. Raises ``NoCatalogue``."""
    if not path.is_dir():
        return [path]
    visible = [file for file in sorted(path.rglob("*")) if not _hidden(file.relative_to(path))]
    found = [file for file in visible if file.suffix in _SUFFIXES]
    if not found:
        raise NoCatalogue(path=str(path))
    return found


def read_nodes(path: Path, problems: list[Problem]) -> Iterator[yaml.Node]:
    """The root of every file that is YAML and not empty; what is not YAML is added to ``problems``."""
    for file in files(path):
        try:
            root = _root(file)
        except _Unreadable as unreadable:
            problems.append(Problem(str(file), unreadable.line, unreadable.text))
        else:
            if root is not None:
                yield root


def _hidden(file: Path) -> bool:
    return any(part.startswith(".") for part in file.parts)


class _Unreadable(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


def _root(file: Path) -> yaml.Node | None:
    text = _text(file)
    try:
        loader = yaml.SafeLoader(text)
        loader.name = str(file)
        root: yaml.Node | None = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _Unreadable(line, "hay un carácter que no se ve y no se puede usar; bórrelo") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _Unreadable(mark.line + 1 if mark else 1, _in_spanish(error)) from error
    return root


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _Unreadable(1, f"no se puede leer el archivo ({error.strerror})") from error
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Unreadable(line, "el archivo no está en UTF-8; guárdelo con esa codificación") from error


def _in_spanish(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "'\\t'" in problem:
        return "hay un tabulador; use espacios para la sangría"
    if "another document" in problem:
        return "el archivo debe tener un solo documento: quite la línea «---»"
    if "undefined alias" in problem:
        return "hay un alias (*) sin su ancla (&)"
    return "no se entiende como YAML; revise aquí y en la línea anterior las comillas, los dos puntos y la sangría"
