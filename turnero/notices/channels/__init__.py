"""How a notice leaves the house: SMTP, and the mailbox of the demonstration."""
