"""What a turn says: mails, reminders, PDF, calendar entry, and closures in words."""
