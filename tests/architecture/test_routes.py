"""Guards 1 to 3: who may call a route, what its address looks like, how a person gets there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.auth.roles import Role
from app.registry import find_modules, grants_of, permissions_of
from app.web.context import house
from app.web.lifecycle import declared_permission, declared_public
from tests.architecture.code import ROOT, Source, all_text, python_files

pytestmark = pytest.mark.one_database

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}

# Open to everybody, each for the reason its route gives. Think twice before adding one.
PUBLIC = {
    "api-docs.openapi_json",
    "api_reference.reference",
    "auth.oidc_callback",
    "auth.oidc_start",
    "auth.password_link",
    "auth.password_link_submit",
    "auth.sign_in",
    "auth.sign_in_submit",
    "auth.sign_out",
    "field.service_worker",
    "field.manifest",
    "office.logo",
    "field.shell",
    "health.healthz",
    "health.readyz",
    "health.version",
    "house.language_change",
    "metrics.metrics",
    "opinions.question",
    "opinions.question_answer",
    "static",
}

# Pages that no template links to, on purpose.
DELIBERATE: dict[str, str] = {
    "auth.oidc_callback": "the identity provider sends people here",
}

STATIC_PART = re.compile(r"^[a-z0-9][a-z0-9.-]*$")
ASKED_FOR = re.compile(r"""url_(?:for|or_none)\(\s*["']([a-z_-]*\.?[a-z_]+)["']""")
TYPED = re.compile(r"<(?:[a-z_]+(?:\([^)]*\))?):[a-z_]+>")


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & METHODS):
            yield rule, method


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    silent = [
        f"{method} {rule.rule} ({rule.endpoint})"
        for rule, method in rules(app)
        if rule.endpoint != "static"
        and not declared_public(app.view_functions[rule.endpoint])
        and declared_permission(app.view_functions[rule.endpoint], method) is None
    ]
    assert not silent, "Put @needs(PERMISSION) on these routes:\n" + "\n".join(silent)


def test_public_routes_are_the_ones_we_agreed_on(app: Flask) -> None:
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if declared_public(app.view_functions[rule.endpoint])
    }
    assert not found - PUBLIC, "Use @needs, or add them to PUBLIC after review"


def test_every_route_asks_for_a_permission_that_exists(app: Flask) -> None:
    known = {*permissions_of(house(app).modules), "signed-in"}
    unknown = {
        f"{rule.rule}: {permission}"
        for rule, method in rules(app)
        if (permission := declared_permission(app.view_functions[rule.endpoint], method))
        and permission not in known
    }
    assert not unknown, "Declare these in the permission enum of their module"


def test_every_permission_is_used_and_held_by_some_role() -> None:
    modules = find_modules()
    held = set().union(*grants_of(modules).values())
    used = {name for source in python_files("app", "modules") for name in asked_for(source)}
    orphans = [f"{p}: no role holds it" for p in permissions_of(modules) if p not in held]
    for module in modules:
        for permission in module.permissions or ():
            name = f"{type(permission).__name__}.{permission.name}"
            if name not in used:
                orphans.append(f"{permission.value}: no route or service asks for it")
    assert not orphans, "\n".join(orphans)


def asked_for(source: Source) -> Iterator[str]:
    """Give the permissions a file asks for; granting one in a table is not asking for it."""
    is_table = source.path.name == "policies.py"
    scopes = list(source.functions()) if is_table else [source.tree]
    for node in (node for scope in scopes for node in ast.walk(scope)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def test_every_role_is_granted_something() -> None:
    grants = grants_of(find_modules())
    empty = [role.value for role in Role if not grants[role]]
    assert not empty, f"grant these roles something in a module.py: {empty}"


def test_addresses_are_lower_case_with_hyphens_and_typed_parameters(app: Flask) -> None:
    odd = []
    for rule in app.url_map.iter_rules():
        bare = TYPED.sub("", rule.rule)
        parts = [part for part in bare.split("/") if part]
        if "<" in bare or not all(STATIC_PART.match(part.strip("-.")) for part in parts):
            odd.append(f"{rule.rule} ({rule.endpoint})")
    assert not odd, "Write them like /work-orders/<uuid:work_order_id>:\n" + "\n".join(odd)


def test_every_menu_entry_leads_to_a_page_its_permission_opens(app: Flask) -> None:
    faults = []
    for module in house(app).modules:
        for item in module.navigation:
            view = app.view_functions.get(item.endpoint)
            if view is None:
                faults.append(f"{module.name}: there is no endpoint {item.endpoint}")
            elif declared_permission(view, "GET") != item.permission:
                faults.append(f"{item.endpoint}: the menu and the route ask for different rights")
    assert not faults, "\n".join(faults)


def test_no_two_menu_entries_share_a_letter(app: Flask) -> None:
    letters = Counter(
        item.shortcut
        for module in house(app).modules
        for item in module.navigation
        if item.shortcut
    )
    letters["h"] += 1  # home
    shared = [letter for letter, times in letters.items() if times > 1]
    assert not shared, f"give one of them another letter in its module.py: {shared}"


def test_every_page_can_be_reached(app: Flask) -> None:
    text = all_text("app/**/*.html", "modules/**/*.html", "app/**/*.py", "modules/**/*.py")
    mentioned = set(re.findall(r"""["']([a-z_]*\.[a-z_]+)["']""", text))
    lost = []
    for rule in app.url_map.iter_rules():
        blueprint, _dot, name = rule.endpoint.rpartition(".")
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/api/"):
            continue
        known = {rule.endpoint, f".{name}"} & mentioned
        if not known and rule.endpoint not in PUBLIC | DELIBERATE.keys():
            lost.append(f"{rule.rule} ({blueprint}.{name})")
    assert not lost, "Link to these pages, or list them in DELIBERATE:\n" + "\n".join(lost)


def test_every_address_asked_for_is_that_of_a_page(app: Flask) -> None:
    """A name nobody answers to raises in `url_for` and hides a button in `url_or_none`."""
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    known |= {f".{endpoint.rpartition('.')[2]}" for endpoint in known}
    dead = []
    for pattern in ("app/**/*.html", "modules/**/*.html", "app/**/*.py", "modules/**/*.py"):
        for path in ROOT.glob(pattern):
            named = ASKED_FOR.findall(path.read_text("utf-8"))
            dead += [f"{path.relative_to(ROOT)}: {name}" for name in named if name not in known]
    assert not dead, "There is no such endpoint:\n" + "\n".join(dead)


@pytest.mark.parametrize("word", ["current_user", "flask_login"])
def test_nothing_reads_the_actor_from_a_global(word: str) -> None:
    found = [s.name for s in python_files("app", "modules") if word in s.path.read_text("utf-8")]
    assert not found, "take the actor as an argument"
