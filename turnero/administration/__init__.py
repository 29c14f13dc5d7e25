"""Administration: agencies, hours, people and limits, each change previewed before it is saved."""
