"""What the tests need of the machine they run on."""
