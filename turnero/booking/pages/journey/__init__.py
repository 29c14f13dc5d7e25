"""The pages of the journey's steps."""
