"""Turns at the window: walk-ins, assisted turns, details, cancelling and reassigning."""
