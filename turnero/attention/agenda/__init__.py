"""The agenda of a day, live, on paper and as a file."""
