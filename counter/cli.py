"""The operator's commands, imported only when one of them is called."""

import click
from flask import Flask
from flask.cli import AppGroup
from werkzeug.utils import import_string

COMMANDS = {
    "accuracy": "counter.cli_accuracy:accuracy",
    "backup": "counter.cli_backup:backup",
    "migrate": "counter.cli_admin:migrate",
    "procedures": "counter.cli_admin:procedures",
    "read": "counter.cli_read:read",
    "restore": "counter.cli_backup:restore",
    "seed-demo": "counter.demo:seed_demo",
    "sheet": "counter.cli_sheet:sheet",
    "verify-audit": "counter.cli_admin:verify_audit",
    "worker": "counter.cli_admin:worker",
}


class Commands(AppGroup):
    """Knows the names; a command's module (and the libraries behind it) is loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            command: click.Command = import_string(COMMANDS[name])
            return command
        return super().get_command(ctx, name)


def init_app(app: Flask) -> None:
    commands = Commands(name=app.name)
    for name, command in app.cli.commands.items():  # what extensions brought along
        commands.add_command(command, name)
    app.cli = commands
