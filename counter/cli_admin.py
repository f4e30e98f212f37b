"""Commands that set up, list, verify and work."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from counter import installation
from counter.extensions import store


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to this version; makes a new installation where there is none."""
    try:
        installation.migrate(current_app.config)
    except installation.Refused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo("The database is up to date.")


@click.command()
def procedures() -> None:
    """List the procedures: code, title, office, definition digest."""
    from forms.procedures import CATALOGUE
    from forms.snapshot import digest

    for code, procedure in sorted(CATALOGUE.items()):
        click.echo(f"{code}\t{procedure.title}\t{procedure.office}\t{digest(procedure)}")


@click.command("verify-audit")
@with_appcontext
def verify_audit() -> None:
    """Check the audit log against itself and against the heads that left the database."""
    from counter.services import audit

    with store().scope(write=False) as session:
        findings = audit.verify(session, current_app.config["AUDIT_HEADS"])
    click.echo("\n".join(findings or ["The audit log is whole."]))
    sys.exit(1 if findings else 0)


@click.command()
@with_appcontext
def worker() -> None:
    """Work off what is queued: deliveries, scans. Run one or more of these beside the web server."""
    from counter.jobs import engine

    try:
        installation.check(current_app.config, store().engine)
    except installation.Refused as refused:
        raise click.ClickException(str(refused)) from refused
    engine.run_worker(current_app._get_current_object())  # type: ignore[attr-defined]
