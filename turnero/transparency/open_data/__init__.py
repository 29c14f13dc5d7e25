"""Public figures as page, JSON and CSV, with their OpenAPI description."""
