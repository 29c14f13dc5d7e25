"""The production shape: PostgreSQL with a pooler, several replicas, backups, upgrades and faults."""
