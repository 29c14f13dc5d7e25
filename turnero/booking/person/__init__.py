"""A person's rights: erasure, export, retention, and "No fui yo"."""
