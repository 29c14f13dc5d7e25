"""Faults on purpose: the production shape under kill -9, stopped clocks, full disks and broken mail (`make chaos`).

``stack`` builds it, ``citizens`` use it and keep their own log of what they were shown, ``faults`` break it, and
``verdict`` compares the log with the database. ``python -m rehearsals.chaos`` runs it
all and ends with 1 on a violation.
"""
