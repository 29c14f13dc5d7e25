"""Long runs at full size: what the suite has in a short form (`make long` runs them all)."""
