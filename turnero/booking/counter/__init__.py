"""Turns given at the agency: assisted turns, walk-ins, a turn reassigned to its holder."""
