"""Whole situations: an agency with everybody in it, a day of its life, a crowd at one moment."""
