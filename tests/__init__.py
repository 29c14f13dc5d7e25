"""The tests; what they stand on is in ``support`` and ``conftest``."""
