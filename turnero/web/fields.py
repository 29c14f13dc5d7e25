"""Parses the fields of a form and collects all their errors."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from turnero.core.errors import Faulty, InvalidInput

Value = TypeVar("Value")


class Fields:
    """Reads a form. ``faults``: errors by field."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.faults: dict[str, InvalidInput] = {}

    def text(self, name: str) -> str:
        """The typed text without surrounding spaces."""
        return self.form.get(name, "").strip()

    def parsed(self, name: str, parser: Callable[[str], Value]) -> Value | None:
        """The parsed value, or None and a fault if ``parser`` raises InvalidInput."""
        try:
            return parser(self.text(name))
        except InvalidInput as error:
            self.faults[name] = error
            return None

    def check(self) -> None:
        """Raises Faulty if any field was wrong."""
        if self.faults:
            raise Faulty(**self.faults)
