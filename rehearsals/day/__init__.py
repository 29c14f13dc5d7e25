"""A whole day of an agency in real browsers, with everybody who comes (`make day`)."""
