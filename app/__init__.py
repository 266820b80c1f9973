"""Intendant: the house in which the modules live."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.clock import Clock
    from app.db import Database
    from app.registry import Module
    from app.settings import Settings


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    database: Database | None = None,
    modules: tuple[Module, ...] | None = None,
) -> Flask:
    """Build the application: its parts, its pages, its API, its commands; nothing is started."""
    from app.api import register_api
    from app.cli import register_commands
    from app.house import build_house
    from app.logs import configure_logs
    from app.web.setup import make_flask, register_web

    configure_logs(settings)
    house = build_house(settings, clock=clock, database=database, modules=modules)
    app = make_flask(house)
    register_web(app, house)
    register_api(app, house)
    register_commands(app, house)
    return app
