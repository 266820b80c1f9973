"""A group of commands that ends in a sentence, never in a stack trace."""

from __future__ import annotations

from typing import Any

import click

from app.db.trouble import words_of
from app.errors import AppError, Unavailable
from app.i18n import use_locale


class CommandGroup(click.Group):
    """Commands whose refusals, and faults of the machine, are told in English as their help is."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it was refused, or the disk could not do, is its last line."""
        try:
            return super().invoke(ctx)
        except AppError as error:
            with use_locale("en"):
                told = words_of(error) if isinstance(error, Unavailable) else str(error.message)
                raise click.ClickException(told) from error
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}") from error
