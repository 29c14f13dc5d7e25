"""What a supervisor sees of the agency's last seven days."""
