"""案件: what an office has to work on."""

from counter.web.office import corrections, exports, files, messages
from counter.web.office.views import blueprint

__all__ = ["blueprint", "corrections", "exports", "files", "messages"]
