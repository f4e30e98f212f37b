"""窓口: the web application. The only package that knows Flask and the database."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.utils import import_string


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The whole service. Refuses to serve where a key or a database is lost; commands still run, to restore."""
    from counter import cli, extensions, installation, locales, logs, mail
    from counter import config as settings
    from counter.web import BLUEPRINTS, access, bodies, compressed, errors, headers, proxies

    app = Flask(__name__)
    app.config.from_mapping(settings.load(config))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    mail.server(app.config)  # half a setting is an error now, not at the first mail
    logs.init_app(app)
    proxies.init_app(app)
    bodies.init_app(app)
    extensions.init_app(app)
    store = app.extensions["store"]
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        try:
            installation.check(app.config, store.engine, serving=True)
        finally:
            store.engine.dispose()  # the server may fork now; processes must not share a connection
    if not app.config.get("SECRET_KEY"):
        # Without a master key nobody is served; the random one only lets commands run.
        app.config["SECRET_KEY"] = store.vault.derive("sessions") if store.vault else os.urandom(32)
    locales.init_app(app)
    headers.init_app(app)
    compressed.init_app(app)
    access.init_app(app)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(import_string(blueprint))
    cli.init_app(app)
    return app
