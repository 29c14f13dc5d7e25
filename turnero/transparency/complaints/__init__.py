"""Complaints: filed, numbered, due."""
