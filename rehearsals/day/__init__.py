"""A whole day of an agency in real browsers (`make day`)."""
