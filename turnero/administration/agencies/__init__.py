"""Edit an agency: address, opening hours, windows, procedures."""
