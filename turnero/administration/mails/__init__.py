"""Mails that could not be delivered, and sending them again."""
