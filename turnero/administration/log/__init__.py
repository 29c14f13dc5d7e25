"""The audit log: steps of turns, edits, and who looked at personal data."""
