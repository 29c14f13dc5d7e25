"""For servers that want a WSGI module: ``wsgi:app``, made from the environment."""

from turnero import create_app

app = create_app()
