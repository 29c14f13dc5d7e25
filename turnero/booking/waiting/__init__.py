"""The waiting list and the draws: requests, offers, and how a freed place is handed on."""
