"""The commands of `flask`: those of the house and those the modules bring."""

from flask import Flask

from app.cli import db, jobs, users
from app.house import House


def register_commands(app: Flask, house: House) -> None:
    """Add every command group to `flask`."""
    for group in (db.group, users.group, jobs.group):
        app.cli.add_command(group)
    for module in house.modules:
        for command in module.cli:
            app.cli.add_command(command)
