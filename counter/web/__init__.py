"""Blueprints by audience. Each owner of one adds its line; create_app() imports them in this order."""

BLUEPRINTS = (
    "counter.web.health:blueprint",
    "counter.web.front:blueprint",
    "counter.web.apply:blueprint",
    "counter.web.status:blueprint",
    "counter.web.safety:blueprint",
    "counter.web.suppliers:blueprint",
)
