"""Close hours and open them again, with a preview of the people affected."""
