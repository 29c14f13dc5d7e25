"""Close and reopen hours, with a preview of the people affected."""
