"""A turn: its tables, life, events, reference, links and policy."""
