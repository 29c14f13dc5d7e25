"""Where and when we attend: provinces, agencies, hours, desks, holidays. Knows nothing of people or bookings."""
