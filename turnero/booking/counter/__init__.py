"""Turns made by staff: assisted turns, walk-ins, and turns reassigned to their holder."""
