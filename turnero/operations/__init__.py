"""Operation: jobs, serving, schema, backup, restore, audit, metrics, and the demo."""
