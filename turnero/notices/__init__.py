"""What we tell people: the outbox, its delivery by mail, and the demo's mailbox."""
