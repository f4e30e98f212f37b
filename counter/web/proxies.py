"""Who calls, when proxies of ours stand in between: limits and throttles count people, not the proxy."""

from collections.abc import Callable, Iterable
from typing import Any

import flask

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def init_app(app: flask.Flask) -> None:
    """Believe COUNTER_PROXIES, and nobody else, about whom they speak for."""
    trusted, inner = frozenset(app.config["PROXIES"]), app.wsgi_app

    def outer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = caller(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), trusted
        )
        return inner(environ, start)

    app.wsgi_app = outer  # type: ignore[method-assign]


def caller(peer: str, forwarded: str, trusted: frozenset[str]) -> str:
    """The last address on the way here that is no proxy of ours; what stands before it anybody may have made up."""
    way = [hop.strip()[:45] for hop in forwarded.split(",") if hop.strip()]
    while peer in trusted and way:
        peer = way.pop()
    return peer
