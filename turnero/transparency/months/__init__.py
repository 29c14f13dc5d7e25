"""Monthly figures: closed once, revised, never changed."""
