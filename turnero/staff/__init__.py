"""Staff: accounts, roles, sessions, and the devices at agencies."""
