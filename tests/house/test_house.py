"""House rules no linter checks: sizes, words, and forbidden content."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

CODE = ("config.py", "wsgi.py", "turnero", "migrations", "tests", "benchmarks")
# Schemas are as long as they are, and locks are made by a program.
LONG_BY_NATURE = ("migrations/versions/", "requirements/", "static/vendor/")
MAX_LINES, MAX_FUNCTION, MAX_POSITIONAL = 300, 40, 4
MAX_TEMPLATE_LINE = 160
NOT_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "service", "services", "misc"}
# In pieces, so that this file does not name them either.
SECRETS_OF_THE_WORKSHOP = re.compile(
    "|".join(
        (
            r"/work" + r"/(main|shared|tmp)",
            r"/\." + r"library",
            "pypi" + r"\.org",
            "python" + r"hosted\.",
            "npm" + r"js\.(org|com)",
            "debian" + r"\.org",
            "--index" + "-url|--extra-index" + "-url|--find" + "-links ",
            "BEGIN (RSA |EC )?PRIVATE" + " KEY",
        )
    )
)
PRIVATE_KEYS_OF_TESTS = "tests/notices/certificates/"
# The noun; «la ficha cita el reglamento» is a verb.
CITA = re.compile(
    r"\b(una|la|su|mi|otra|esta|nueva|cada|de) cita\b|\bcitas\b|\bcita (previa|médica|en línea)\b", re.IGNORECASE
)
EXCUSES = re.compile(r"#\s*(noqa|type: ignore)(?P<codes>[^(#]*)(?P<reason>[(#].*)?$")


def tracked(*suffixes: str) -> list[Path]:
    """The files of the repository (committed or about to be) with one of these endings."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files() -> list[Path]:
    return [path for path in tracked(".py") if name_of(path).startswith(CODE)]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_three_hundred_lines():
    written = tracked(".py", ".html", ".js", ".css", ".txt", ".toml")
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in written}
    too_long = {
        name: lines
        for name, lines in lengths.items()
        if lines > MAX_LINES and not name.startswith(LONG_BY_NATURE) and not name.endswith(".css")
    }
    assert not too_long


def test_no_line_of_a_template_is_longer_than_a_hundred_and_sixty_characters():
    lines = ((name_of(path), line) for path in tracked(".html") for line in path.read_text().splitlines())
    assert not [name for name, line in lines if len(line) > MAX_TEMPLATE_LINE]


def test_no_function_is_longer_than_forty_lines_or_takes_more_than_four_positional_arguments():
    wrong = []
    for path in python_files():
        if name_of(path).startswith(LONG_BY_NATURE):
            continue
        for function in functions(path):
            lines = (function.end_lineno or 0) - function.lineno + 1
            positional = [
                a.arg for a in (*function.args.posonlyargs, *function.args.args) if a.arg not in ("self", "cls")
            ]
            is_test = name_of(path).startswith("tests/")  # there the arguments are fixtures and columns of tables
            if lines > MAX_FUNCTION or (len(positional) > MAX_POSITIONAL and not is_test):
                wrong.append(
                    f"{name_of(path)}:{function.lineno} {function.name}: {lines} lines, {len(positional)} arguments"
                )
    assert not wrong, "\n".join(wrong)


def test_every_module_of_the_product_says_what_it_is_about():
    silent = [
        name_of(path)
        for path in python_files()
        if not name_of(path).startswith("tests/")
        and path.read_text().strip()
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_no_module_has_a_name_that_says_nothing():
    assert not [name_of(path) for path in python_files() if path.stem in NOT_NAMES or path.parent.name in NOT_NAMES]


def test_nothing_names_the_workshop_or_a_package_registry():
    found = []
    for path in tracked():
        if name_of(path).startswith(PRIVATE_KEYS_OF_TESTS):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{name_of(path)}: {match[0]}" for match in SECRETS_OF_THE_WORKSHOP.finditer(text)]
    assert not found


def test_a_turn_is_never_called_anything_else():
    """One word for each concept (docs/glosario.md)."""
    people_read = [*tracked(".html", ".txt", ".yaml", ".yml"), ROOT / "turnero" / "core" / "messages.py"]
    assert not [name_of(path) for path in people_read if CITA.search(path.read_text())]


def test_every_silenced_warning_has_its_reason_beside_it():
    bare = []
    for path in python_files():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = EXCUSES.search(line)
            if found and not found["reason"]:
                bare.append(f"{name_of(path)}:{number}: {line.strip()}")
    assert not bare, "\n".join(bare)


def test_no_test_is_skipped():
    mark, call = "mark." + "skip", "pytest." + "skip("
    assert not [name_of(path) for path in tracked(".py") if mark in path.read_text() or call in path.read_text()]


def test_every_file_with_tests_is_collected():
    lost = [
        name_of(path)
        for path in tracked(".py")
        if name_of(path).startswith("tests/")
        and not path.name.startswith("test_")
        and any(function.name.startswith("test_") for function in functions(path))
    ]
    assert not lost


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_locked_dependency_has_its_hash(lock):
    blocks = [block for block in re.split(r"\n(?=\S)", lock.read_text().strip()) if not block.startswith("#")]
    assert blocks
    assert not [block for block in blocks if "==" not in block or "--hash=sha256:" not in block]


def test_the_notice_names_every_library_that_production_installs():
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "prod.txt").read_text(), re.MULTILINE)
    named = set(re.findall(r"[a-z0-9-]+", (ROOT / "NOTICE").read_text()))
    assert locked
    assert not set(locked) - named
