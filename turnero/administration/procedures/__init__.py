"""Edit a procedure and its sheet."""
