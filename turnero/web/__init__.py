"""Between the server and the routes: request setup, forms, pages, sessions, admission and rate limits."""
