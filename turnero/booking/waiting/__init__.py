"""The waiting list and the draws: requests, offers, and handing on freed places."""
