"""Errors in files written by people, by line."""

from collections.abc import Iterable
from dataclasses import dataclass

from turnero.core.errors import InvalidInput


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """``text``: a Spanish sentence that says what to correct. Shown as ``file:line: text``."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class FileInvalid(InvalidInput):
    """An invalid file; ``problems``: everything found, in line order."""

    code = "file_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(lines="\n".join(map(str, self.problems)))
