"""Confirm, add and move local holidays."""
