"""Programs of the Makefile that are no rehearsal."""
