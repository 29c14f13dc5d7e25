"""The audit log: events of turns, edits, and views of personal data."""
