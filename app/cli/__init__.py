"""The commands of `flask`: those of the house and those the modules bring."""

from flask import Flask

from app.cli import backup, db, demo, doctor, jobs, users
from app.house import House


def register_commands(app: Flask, house: House) -> None:
    """Add every command group to `flask`."""
    for command in (db.group, users.group, jobs.group, backup.group, demo.group, doctor.doctor):
        app.cli.add_command(command)
    for module in house.modules:
        for command in module.cli:
            app.cli.add_command(command)
