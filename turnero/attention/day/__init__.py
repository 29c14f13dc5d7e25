"""The day of the visit: check-in, calling, order, tickets, attendance and the close of the day."""
