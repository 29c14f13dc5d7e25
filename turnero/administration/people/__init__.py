"""Staff accounts and paired devices, in the browser and on the command line."""
