"""A circuit breaker: after several failures in a row calls fail at once, except one probe now and then."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Opens after ``limit`` failures in a row, then lets one call through every ``rest`` seconds until one succeeds.

    Shared by the threads of one process, so it uses the process's monotonic clock.
    """

    def __init__(self, limit: int = 5, rest: float = 30, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._rest, self._clock = limit, rest, clock
        self._failures = 0
        self._next_call = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether a call may be made now. An open breaker allows one probe every ``rest`` seconds."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._next_call:
                return False
            self._next_call = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._next_call = self._clock() + self._rest
