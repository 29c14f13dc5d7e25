"""What every edit has in common: shown with its effect, made once, written down."""
