"""The kiosk at the door: recognise a turn, give a ticket, book another hour."""
