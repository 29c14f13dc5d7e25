"""Notices to people: the outbox, delivery by mail, and the demo's mailbox."""
