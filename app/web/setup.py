"""Build the Flask object and hang the house on it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app import i18n
from app.auth import routes_web as auth_routes
from app.auth.routes_oidc import register_oidc
from app.auth.who import say_who
from app.house import House
from app.phones import dial, show_phone
from app.web import (
    errors,
    frontend,
    health,
    letterhead,
    lifecycle,
    metrics,
    pages,
    panels,
    security_headers,
    tiles,
)
from app.web.navigation import register_navigation
from app.web.rules import LateRule
from app.web.templating import TemplateEnvironment


def make_flask(house: House) -> Flask:
    """Make a configured Flask object; modules' templates stand beside the house's."""
    app = Flask("app", static_folder="static", template_folder="templates")
    app.url_rule_class = LateRule
    app.jinja_environment = TemplateEnvironment
    settings = house.settings
    is_https = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # With the prefix, browsers refuse it from any other host, path or plain http.
        SESSION_COOKIE_NAME="__Host-intendant" if is_https else "intendant",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        MAX_CONTENT_LENGTH=settings.upload_limit_mib * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_HEADERS=["X-CSRF-Token"],
    )
    app.extensions["house"] = house
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(folder) for folder in _template_folders(house)]
    )
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _template_folders(house: House) -> list[Path]:
    return [module.folder / "templates" for module in house.modules]


def register_web(app: Flask, house: House) -> None:
    """Register pages, the life of a request, errors, headers and the menu."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=False
    )
    for name in i18n.__all__:
        if name.startswith("format_"):
            app.jinja_env.filters[name.removeprefix("format_")] = getattr(i18n, name)
    app.jinja_env.filters |= {"who": say_who, "phone": show_phone, "dial": dial}
    frontend.register(app)
    lifecycle.register(app, house)
    panels.register(app, house)
    errors.register(app)
    metrics.register(app)
    security_headers.register(app, house)
    letterhead.register(app, house)
    register_navigation(app, house)
    register_oidc(app, house.settings.oidc)
    for blueprint in (
        auth_routes.blueprint,
        health.blueprint,
        metrics.blueprint,
        pages.blueprint,
        tiles.blueprint,
    ):
        app.register_blueprint(blueprint)
    for module in house.modules:
        for blueprint in module.blueprints:
            app.register_blueprint(blueprint)
