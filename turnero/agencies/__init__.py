"""Provinces, agencies, hours, desks and holidays. Independent of people and bookings."""
