"""Commands that keep an installation and bring it back."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from counter import backup as backups

_FORCE = click.option("--force", is_flag=True, help="Overwrite what is there.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_FORCE
@with_appcontext
def backup(file: Path, force: bool) -> None:
    """Write FILE: the database, the sealed files, the audit heads and the master key. The counter may go on serving."""
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already. To overwrite it: --force")
    manifest = backups.write(current_app.config, file.resolve())
    click.echo(f"{file}: {sum(manifest['rows'].values())} rows and {len(manifest['files'])} files, verified.")
    if "master.key" in manifest["files"]:
        click.echo("It holds the master key: keep it as safe as the installation itself.")
    else:
        click.echo("It does not hold the master key, which lies outside the instance folder: keep both, apart.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_FORCE
@with_appcontext
def restore(file: Path, force: bool) -> None:
    """Put back what FILE holds. Refuses to overwrite an installation unless told --force."""
    try:
        manifest = backups.restore(current_app.config, file.resolve(), force=force)
    except (backups.Damaged, backups.NotEmpty) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(
        f"Restored what was backed up at {manifest['made_at']}: {sum(manifest['rows'].values())} rows, verified."
    )
    click.echo("Restart the counter if it was running.")
