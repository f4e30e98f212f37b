"""申請: from the first choice to the receipt, for residents."""

import flask

from counter.web.apply import owner

blueprint = flask.Blueprint("apply", __name__, url_prefix="/apply")
blueprint.app_context_processor(owner.of_machine)
blueprint.after_request(owner.keep_awake)

from counter.web.apply import (  # noqa: E402  each adds its routes
    begin,  # noqa: F401
    elsewhere,  # noqa: F401
    enclosures,  # noqa: F401
    finish,  # noqa: F401
    guide,  # noqa: F401
    paper,  # noqa: F401
    questions,  # noqa: F401
    saving,  # noqa: F401
)
