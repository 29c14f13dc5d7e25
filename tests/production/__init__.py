"""The production shape: what only shows with real processes, real sizes and real breakdowns."""
