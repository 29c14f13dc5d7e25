"""Hours that go away: who is displaced, which place is proposed instead, and the sweep."""
