"""How the agencies did, and who waits for a place."""
