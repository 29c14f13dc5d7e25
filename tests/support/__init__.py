"""What the tests stand on: real services, readers of pages and mails, and builders of rows."""
