"""The turn: slots, claims, holds, bookings and the citizen's journey."""
