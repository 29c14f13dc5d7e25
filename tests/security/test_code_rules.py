"""What the code must not do, read from the code itself: chance that can be guessed, secrets compared letter by letter,
and SQL put together from text.
"""

import ast
from pathlib import Path

import pytest

import turnero

FOLDER = Path(turnero.__file__).parent
MODULES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py"))
# Spreads the retries of a transaction; no secret comes of it.
MAY_USE_RANDOM = {"db.py"}
SECRETS = ("code", "codes", "digits", "token", "key", "secret", "hash", "nonce", "password", "totp")
WHERE_SECRETS_ARE = ("verify/", "staff/", "session.py", "booking/token.py")
# Both are typed by the same person at once; and a country's code is nobody's secret.
MAY_COMPARE = {
    "staff/forms.py: form.get('clave2', '') != password",
    "verify/contact.py: number.country_code != _COUNTRY",
}
# Their own names only: the pragmas of a connection, and the views that a person's data are read from.
MAY_BUILD_SQL = {"db.py", "booking/privacy.py"}
RUN = ("text", "execute", "exec_driver_sql", "scalar", "scalars", "executescript", "executemany")


def uses_random(tree):
    """The module's guessable numbers; ``SystemRandom`` asks the system and is none of them."""
    for node in ast.walk(tree):
        guessable = isinstance(node, ast.Attribute) and node.attr != "SystemRandom"
        if guessable and isinstance(node.value, ast.Name) and node.value.id == "random":
            yield node
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield node


def compares_secrets(tree):
    """``==`` and ``!=`` in Python with an operand whose name is that of a secret; SQL's are columns of a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            operands = [node.left, *node.comparators]
            in_sql = any(isinstance(each, ast.Attribute) and _is_class(each.value) for each in operands)
            if not in_sql and any(_is_secret(each) for each in operands):
                yield node


def _is_class(node):
    return isinstance(node, ast.Name) and node.id[:1].isupper()


def _is_secret(node):
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return any(word in SECRETS for word in name.lower().split("_"))


def builds_sql(tree):
    """What runs or makes SQL of a text that was put together."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in RUN and node.args and _put_together(node.args[0]):
            yield node


def _name(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _put_together(node):
    formatted = isinstance(node, ast.Call) and _name(node.func) in ("format", "join", "replace")
    joined = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add)
    return formatted or joined or isinstance(node, ast.JoinedStr)


def found(rule, modules):
    return {name for name in modules if any(rule(ast.parse((FOLDER / name).read_text())))}


def test_nothing_is_left_to_a_chance_that_can_be_guessed():
    assert found(uses_random, MODULES) == MAY_USE_RANDOM


def test_no_secret_is_compared_letter_by_letter():
    modules = [name for name in MODULES if name.startswith(WHERE_SECRETS_ARE)]
    wrong = {
        f"{name}: {ast.unparse(node)}"
        for name in modules
        for node in compares_secrets(ast.parse((FOLDER / name).read_text()))
    }
    assert wrong == MAY_COMPARE
    assert "hmac.compare_digest" in (FOLDER / "verify/code.py").read_text()
    assert "hmac.compare_digest" in (FOLDER / "staff/totp.py").read_text()


def test_no_sql_is_put_together_from_text():
    assert found(builds_sql, MODULES) == MAY_BUILD_SQL


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (uses_random, "random.randint(0, 9)"),
        (uses_random, "from random import choice"),
        (compares_secrets, "typed == code"),
        (compares_secrets, "if journey.key_hash != sent: pass"),
        (compares_secrets, "sent_token == row[0]"),
        (builds_sql, 'db.session.execute(text(f"SELECT {name}"))'),
        (builds_sql, 'text("SELECT %s" % name)'),
        (builds_sql, 'connection.exec_driver_sql("DROP TABLE " + name)'),
        (builds_sql, 'cursor.execute("SELECT {}".format(name))'),
    ],
)
def test_each_rule_finds_what_it_looks_for(rule, code):
    assert list(rule(ast.parse(code)))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (uses_random, "secrets.randbelow(9)"),
        (uses_random, "random.SystemRandom().random()"),
        (compares_secrets, "select(Device).where(Device.key_hash == key_hash)"),
        (compares_secrets, "hmac.compare_digest(typed, code)"),
        (builds_sql, 'text("SELECT :name")'),
    ],
)
def test_and_lets_the_right_way_pass(rule, code):
    assert not list(rule(ast.parse(code)))
