"""WSGI entry point ``wsgi:app``, configured from the environment."""

from turnero import create_app

app = create_app()
