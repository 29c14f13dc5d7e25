"""The fields of one form, parsed one by one, and what is wrong with them: all told at once."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from turnero.core.errors import Faulty, InvalidInput

Value = TypeVar("Value")


class Fields:
    """Reads a form. ``faults``: by field the error found there."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.faults: dict[str, InvalidInput] = {}

    def text(self, name: str) -> str:
        """As typed, without the spaces around it."""
        return self.form.get(name, "").strip()

    def parsed(self, name: str, parser: Callable[[str], Value]) -> Value | None:
        """What ``parser`` makes of a field, or None and a fault where it raises InvalidInput."""
        try:
            return parser(self.text(name))
        except InvalidInput as error:
            self.faults[name] = error
            return None

    def check(self) -> None:
        """Raises Faulty if anything was wrong."""
        if self.faults:
            raise Faulty(**self.faults)
