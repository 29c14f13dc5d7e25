"""The catalogue file: reading, validating, loading and exporting."""
