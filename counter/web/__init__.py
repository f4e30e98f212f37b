"""Blueprints by audience. Each owner of one adds its line; create_app() imports them in this order."""

BLUEPRINTS = (
    "counter.web.health:blueprint",
    "counter.web.front:blueprint",
    "counter.web.apply:blueprint",
    "counter.web.status:blueprint",
    "counter.web.my:blueprint",
    "counter.web.safety:blueprint",
    "counter.web.suppliers:blueprint",
    "counter.web.account.views:blueprint",
    "counter.web.office:blueprint",
    "counter.web.office.visits:blueprint",
    "counter.web.assisted.views:blueprint",
    "counter.web.assisted.second:blueprint",
    "counter.web.desk.batches:blueprint",
    "counter.web.desk.printing:blueprint",
    "counter.web.desk.review:blueprint",
    "counter.web.desk.passing:blueprint",
    "counter.web.desk.accuracy:blueprint",
    "counter.web.admin.views:blueprint",
    "counter.web.admin.settings:blueprint",
    "counter.web.admin.offices:blueprint",
)
