"""The real application for tests that send thousands of posts: without limits a minute, without a CSRF token to fetch."""

from counter import create_app

app = create_app({"RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False})
