"""What the tests need from the machine."""
