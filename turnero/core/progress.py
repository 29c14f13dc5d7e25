"""Progress of long work on stderr: a moving line on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")

_EVERY = 10_000


@contextmanager
def working(label: str) -> Iterator[None]:
    """Show what is being done while it runs."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(label):
            yield
    else:
        console.print(label, highlight=False, soft_wrap=True)
        yield


def counted(items: Sequence[T], label: str) -> Iterator[T]:
    """Iterate over ``items`` and show progress."""
    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(items, label, console=console, transient=True)
        return
    for number, item in enumerate(items, start=1):
        yield item
        if number % _EVERY == 0 or number == len(items):
            console.print(f"{label}: {number} de {len(items)}", highlight=False, soft_wrap=True)
