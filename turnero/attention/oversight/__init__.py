"""The supervisor's view of the agency's last seven days."""
