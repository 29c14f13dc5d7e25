"""People book at two versions while the schema between them is migrated."""
