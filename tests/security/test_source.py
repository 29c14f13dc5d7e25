"""Rules of the source that a reader could miss: how secrets are compared and made, and how SQL is put together."""

import ast

import pytest

from tests.support import ROOT

PRODUCT = [ROOT / "config.py", *sorted((ROOT / "turnero").rglob("*.py"))]
# What a secret is called. A hash is looked up by the database; what is typed is never put beside it in Python.
SECRET = ("code", "digits", "token", "secret", "password", "totp", "otp", "nonce", "digest", "signature")
COMPARES_SECRETS = (
    "turnero/verify",
    "turnero/staff",
    "turnero/web/session.py",
    "turnero/booking/turn/token.py",
    "turnero/core/keys.py",
)
# Compared in the open: a country's code, and two passwords that the same person typed on one page.
NO_SECRETS = {"country_code", "password"}
MAKES_SECRETS = (
    *COMPARES_SECRETS,
    "turnero/booking/turn/reference.py",
    "turnero/core/logs.py",
    "turnero/operations/jobs.py",
)
RUNS_SQL = {"text", "execute", "exec_driver_sql", "scalar", "scalars"}
# Put together from our own names alone: the views of the file about a person, and SQLite's settings.
OWN_NAMES = {
    ("turnero/booking/person/privacy.py", "text"),
    ("turnero/core/db.py", "execute"),
    ("turnero/operations/audit.py", "text"),  # names of time-outs
    ("turnero/operations/schema.py", "text"),  # names of tables, and the words of a migration
    ("turnero/operations/schema.py", "execute"),
}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def calls(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def word(node):
    """The name of a value: of a variable, an attribute, or the function that gives it."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_column(node):
    """``Account.totp_step``: the database compares."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[0].isupper()


def compared_secrets(tree):
    """Comparisons by == or != in Python with something that is called like a secret."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = (node.left, *node.comparators)
        if any(is_column(side) for side in sides):
            continue
        found = {word(side) for side in sides if any(part in SECRET for part in word(side).lower().split("_"))}
        if found - NO_SECRETS:
            yield node.lineno, ast.unparse(node)


def built_sql(tree):
    """Statements that are put together from text: f-strings, +, % and format in what is run."""
    for call in calls(tree):
        if word(call) not in RUNS_SQL or not call.args:
            continue
        first = call.args[0]
        formatted = (
            isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute) and first.func.attr == "format"
        )
        if isinstance(first, ast.JoinedStr | ast.BinOp) or formatted:
            yield call.lineno, word(call)


def guessable(tree):
    """Uses of ``random`` other than the system's own source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield node.lineno, "from random"
        is_use = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "random"
        if is_use and node.attr != "SystemRandom":
            yield node.lineno, ast.unparse(node)


def places(rule, under=("",)):
    return [
        (name_of(path), *found)
        for path in PRODUCT
        if name_of(path).startswith(tuple(under))
        for found in rule(ast.parse(path.read_text()))
    ]


def test_secrets_are_never_compared_in_a_time_that_tells():
    assert not places(compared_secrets, COMPARES_SECRETS)
    compared = [name_of(path) for path in PRODUCT if "compare_digest" in path.read_text()]
    assert {"turnero/verify/code.py", "turnero/staff/totp.py"} <= set(compared)


def test_no_statement_is_put_together_from_text():
    assert {(file, how) for file, _line, how in places(built_sql)} <= OWN_NAMES


def test_what_must_not_be_guessed_comes_from_the_system():
    assert not places(guessable, MAKES_SECRETS)
    # Elsewhere it spreads retries, and decides nothing.
    assert {(file, how) for file, _line, how in places(guessable)} <= {("turnero/core/db.py", "random.uniform")}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (compared_secrets, "if code == typed:\n    pass"),
        (compared_secrets, "right = code_of(key, nonce) == typed"),
        (compared_secrets, "wrong = sent != account.token"),
        (compared_secrets, "right = session.form_token == sent"),
        (built_sql, "session.execute(text(f'SELECT * FROM turns WHERE id = {number}'))"),
        (built_sql, "session.execute('SELECT ' + column)"),
        (built_sql, "connection.exec_driver_sql('SELECT %s' % column)"),
        (built_sql, "session.scalar(text('SELECT {}'.format(column)))"),
        (guessable, "import random\ncode = random.randrange(10**6)"),
        (guessable, "from random import choice"),
    ],
)
def test_control_what_the_rules_forbid_is_found(rule, source):
    assert list(rule(ast.parse(source)))


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (compared_secrets, "select(Booking).where(Booking.token_hash == hash_of(token))"),
        (compared_secrets, "if error.status == 404:\n    pass"),
        (built_sql, "session.execute(text('SELECT :one'), {'one': one})"),
        (guessable, "import random\ndice = random.SystemRandom()"),
    ],
)
def test_control_what_is_right_passes(rule, source):
    assert not list(rule(ast.parse(source)))
