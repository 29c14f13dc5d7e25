"""Governing the institute: agencies, hours, people and limits, each change told before it is made."""
