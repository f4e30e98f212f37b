"""One line of JSON an event, on stderr. Never a path, a query or a value a person typed."""

import logging
import sys
import time

import flask
import structlog

log = structlog.get_logger("counter.request")

_SHARED: list[structlog.types.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def init_app(app: flask.Flask) -> None:
    configure()
    app.before_request(_start)
    app.after_request(_finish)


def configure() -> None:
    """For web, worker and commands alike; the standard library's loggers speak through the same line."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    if any(getattr(handler, "ours", False) for handler in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.ours = True  # type: ignore[attr-defined]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),  # ASCII: every control and bidi character is escaped
            ],
        )
    )
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _start() -> None:
    flask.g.started = time.perf_counter()


def _finish(response: flask.Response) -> flask.Response:
    if flask.request.endpoint != "static":
        rule = flask.request.url_rule
        log.info(
            "request",
            method=flask.request.method,
            route=rule.rule if rule else None,
            status=response.status_code,
            ms=round((time.perf_counter() - flask.g.get("started", time.perf_counter())) * 1000, 1),
        )
    return response
