"""The product without one of its guards: the run must go red on each, or it proves nothing (`make chaos MUTANT=…`)."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.tools.mutants import Mutant, copied, without

_THIS = "tests/rehearsals/test_chaos.py::test_a_short_run_breaks_no_promise"

MUTANTS = {
    "claim": (
        Mutant(
            "I1",
            "a claim that counts is nobody else's",
            "turnero/booking/seats/claims.py",
            "    return Claim.lapses_at <= now",
            "    return or_(Claim.lapses_at <= now, Claim.seat >= 0)",
            _THIS,
            "postgresql",
        ),
        # Not a guard, but a slower machine: seats read as free are taken a tenth of a second later.
        Mutant(
            "I1",
            "little time between reading and taking",
            "turnero/booking/seats/claims.py",
            "    for seat in _dice.sample(candidates, len(candidates)):",
            '    __import__("time").sleep(0.1)\n    for seat in _dice.sample(candidates, len(candidates)):',
            _THIS,
            "postgresql",
        ),
    ),
    "outbox": (
        Mutant(
            "I4",
            "a notice is written in the transaction of what it tells",
            "turnero/notices/outbox.py",
            "    db.session.execute(_insert(on_postgresql()), notice)",
            "    _afterwards(_insert(on_postgresql()), notice)",
            _THIS,
            "postgresql",
        ),
    ),
    "lease": (
        Mutant(
            "I9",
            "who slept through its lease sends nothing",
            "turnero/notices/delivery.py",
            "        if not _renew(owed):",
            "        if _renew(owed) is None:",
            _THIS,
            "postgresql",
        ),
    ),
}
# How a notice is written when it is not in the transaction: four seconds later, by a connection of its own.
_AFTERWARDS = """

def _afterwards(statement, notice):
    import threading
    engine = db.engine

    def write_it():
        with engine.begin() as connection:
            connection.execute(statement, notice)

    threading.Timer(4.0, write_it).start()
"""


@contextmanager
def tree(name: str | None) -> Iterator[Path]:
    """The tree to run: a copy of the working tree, without the guard ``name`` if given."""
    with copied() as copy:
        if name is None:
            yield copy
            return
        with ExitStack() as taken_away:
            for mutant in MUTANTS[name]:
                taken_away.enter_context(without(mutant, copy))
            if name == "outbox":
                with (copy / MUTANTS[name][0].file).open("a") as file:
                    file.write(_AFTERWARDS)
            yield copy
