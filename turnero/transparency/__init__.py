"""Public figures: scarcity of turns, how they were given, complaints and ratings. No personal data."""
