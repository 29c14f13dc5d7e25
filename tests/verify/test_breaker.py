"""The registry's circuit breaker."""

import threading

from turnero.verify.breaker import Breaker


def test_only_failures_in_a_row_open_the_breaker() -> None:
    breaker = Breaker(limit=2)
    for _ in range(3):
        breaker.failed()
        breaker.succeeded()
    assert breaker.allows()


def test_one_of_many_threads_probes_an_open_breaker() -> None:
    seconds = 0.0
    breaker = Breaker(limit=1, rest=30, clock=lambda: seconds)
    breaker.failed()
    seconds = 30.0
    start, allowed = threading.Barrier(20), []

    def ask() -> None:
        start.wait()
        allowed.append(breaker.allows())

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowed.count(True) == 1


def test_a_probe_that_never_reports_does_not_close_the_door_for_ever() -> None:
    seconds = 0.0
    breaker = Breaker(limit=1, rest=30, clock=lambda: seconds)
    breaker.failed()
    seconds = 30.0
    assert breaker.allows()
    assert not breaker.allows()
    seconds = 60.0
    assert breaker.allows()
