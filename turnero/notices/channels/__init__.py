"""Delivery channels: SMTP, and the demo's mailbox."""
