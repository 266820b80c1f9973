"""The commands of `flask`: those of the house and those the modules bring."""

from flask import Flask

from app.cli import audit, backup, db, demo, doctor, imports, jobs, privacy, tokens, users
from app.house import House


def register_commands(app: Flask, house: House) -> None:
    """Add every command group to `flask`."""
    groups = (db, users, tokens, jobs, backup, demo, imports, audit, privacy)
    for command in (*(found.group for found in groups), doctor.doctor):
        app.cli.add_command(command)
    for module in house.modules:
        for command in module.cli:
            app.cli.add_command(command)
