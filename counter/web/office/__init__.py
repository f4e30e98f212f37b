"""案件: what an office has to work on."""

from counter.web.office import exports
from counter.web.office.views import blueprint

__all__ = ["blueprint", "exports"]
