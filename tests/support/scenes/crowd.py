"""Many at the same moment: each in a thread of its own, with its own connection, released together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

from turnero.core.extensions import db

T = TypeVar("T")


def all_at_once(app: Flask, works: Sequence[Callable[[], T]]) -> list[T]:
    """Run ``works`` concurrently. Returns results in order; raises the first exception."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], T]) -> T:
        with app.app_context():
            barrier.wait(timeout=60)
            return work()

    db.session.remove()
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))
