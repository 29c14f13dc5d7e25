"""Ratings of a visit."""
