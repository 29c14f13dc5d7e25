"""Edit the policy: horizon, hold time, caps."""
