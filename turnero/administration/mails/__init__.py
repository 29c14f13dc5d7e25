"""Undelivered mails and retrying them."""
