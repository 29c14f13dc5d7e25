"""Figures of a month, closed once and revised, never changed."""
