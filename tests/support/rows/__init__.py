"""Builders of rows: what a test needs in the database before it begins."""
