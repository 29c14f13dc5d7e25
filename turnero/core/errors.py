"""Typed errors. Each has a code and data; ``messages`` has the Spanish text of each code."""

from typing import Any, ClassVar


class TurneroError(Exception):
    """An expected failure that the person can act on.

    Subclasses are defined beside the rule that raises them and set a unique ``code``, the key of the text in
    ``messages``.
    """

    code: ClassVar[str] = ""

    def __init__(self, **data: Any) -> None:
        super().__init__(self.code)
        self.data = data


class InvalidInput(TurneroError):
    """Invalid input, shown beside its field (422)."""


class Faulty(Exception):
    """Errors of a form by field name (422, everything typed kept)."""

    def __init__(self, **faults: InvalidInput) -> None:
        super().__init__(*faults)
        self.faults = faults


class Refused(TurneroError):
    """A limit or the present state refuses valid input. ``status``: of the answer."""

    status: ClassVar[int] = 422


class NotFound(TurneroError):
    """Missing, or not accessible to the requester; both answer 404."""

    code = "not_found"
