"""Common parts of all edits: preview of the effect, idempotent saving, and the record."""
