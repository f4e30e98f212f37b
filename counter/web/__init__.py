"""Blueprints by audience. Each owner of one adds its line; create_app() imports them in this order."""

BLUEPRINTS = ("counter.web.health:blueprint",)
