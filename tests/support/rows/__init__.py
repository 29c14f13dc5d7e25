"""Builders of database rows."""
