"""Debian's sqlmap against every form, query string and address of the product."""
