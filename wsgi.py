"""The door for gunicorn and for `flask --app wsgi …`."""

from counter import create_app

app = create_app()
