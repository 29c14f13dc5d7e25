"""The day of the visit: agenda, check-in, calling, kiosk and waiting-room board."""
