"""Base modules without knowledge of domain or pages."""
