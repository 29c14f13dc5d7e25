"""A citizen's pass through the steps: answers, hold, confirm, change, cancel."""
