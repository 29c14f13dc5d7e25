"""Pages as a person and a browser meet them: clients, a strict reader, journeys walked over HTTP, Chromium."""
