"""Turnero: free turns at the windows of a social-security institute."""
