"""Half-open intervals ``[start, end)`` of any ordered type."""

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...
    def __le__(self, other: Any, /) -> bool: ...


T = TypeVar("T", bound=Ordered)


@dataclass(frozen=True, slots=True, order=True)
class Interval(Generic[T]):
    """From ``start`` (included) to ``end`` (excluded): minutes of a day, dates or instants."""

    start: T
    end: T

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"interval ends before it starts: {self.start} > {self.end}")

    def overlaps(self, other: "Interval[T]") -> bool:
        """09:00-09:30 and 09:30-10:00 do not overlap; an empty interval overlaps nothing."""
        return max(self.start, other.start) < min(self.end, other.end)

    def covers(self, other: "Interval[T]") -> bool:
        """Whether ``other`` is entirely inside."""
        return self.start <= other.start and other.end <= self.end
