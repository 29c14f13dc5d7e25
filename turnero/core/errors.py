"""What can go wrong, typed. An error carries a code and data; the Spanish text of each code is in ``messages``."""

from typing import Any, ClassVar


class TurneroError(Exception):
    """An expected failure that the person can act on.

    Subclasses live beside the rule that raises them and set ``code``, which is unique
    (a test says so) and is the key of its text in ``messages``.
    """

    code: ClassVar[str] = ""

    def __init__(self, **data: Any) -> None:
        super().__init__(self.code)
        self.data = data


class InvalidInput(TurneroError):
    """What was typed breaks a rule; the form shows it beside its field (422)."""


class Faulty(Exception):
    """What is wrong with a form: by the name of each field its error (422, everything typed kept)."""

    def __init__(self, **faults: InvalidInput) -> None:
        super().__init__(*faults)
        self.faults = faults


class Refused(TurneroError):
    """The input is well formed but a limit or the state of things says no. ``status``: of the answer that tells it."""

    status: ClassVar[int] = 422


class NotFound(TurneroError):
    """There is no such thing, or it is not yours: the answer is the same (404)."""

    code = "not_found"
