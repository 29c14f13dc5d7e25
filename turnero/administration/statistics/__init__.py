"""Statistics of agencies, and people waiting for a place."""
