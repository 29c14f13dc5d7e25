"""Running the product: jobs, serving, schema, backup, restore, audit, metrics, the demonstration."""
