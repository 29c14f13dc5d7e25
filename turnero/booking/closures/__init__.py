"""Closing hours: displaced turns, proposed places, and the sweep."""
