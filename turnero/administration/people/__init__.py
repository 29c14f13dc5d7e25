"""Accounts of the staff and paired devices, in the browser and on the command line."""
