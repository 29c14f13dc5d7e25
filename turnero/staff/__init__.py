"""Who works here: accounts, roles, sessions, and the devices that stand at an agency."""
