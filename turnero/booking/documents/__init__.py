"""Texts of a turn: mails, reminders, PDF, calendar entry, and closures in words."""
