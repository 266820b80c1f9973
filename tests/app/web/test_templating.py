"""Templates share one dictionary of globals; what one of them brings stays its own."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment

from app.web.templating import TemplateEnvironment


@pytest.fixture
def environment(app: Flask) -> Environment:
    made = TemplateEnvironment(app, autoescape=True)
    made.globals["house"] = "ours"
    made.loader = DictLoader(
        {
            "macros.html": "{% macro say() %}{{ house }}{{ guest }}{% endmacro %}",
            "page.html": "{% import 'macros.html' as macros %}{{ macros.say() }}",
        }
    )
    return made


def test_the_application_makes_its_templates_so(app: Flask) -> None:
    assert isinstance(app.jinja_env, TemplateEnvironment)
    assert app.jinja_env.get_template("layout.html").globals is app.jinja_env.globals


def test_what_is_imported_knows_the_globals(environment: Environment) -> None:
    assert environment.get_template("page.html").render() == "ours"


def test_what_a_template_brings_stays_its_own(environment: Environment) -> None:
    page = environment.get_template("page.html", globals={"guest": " and mine"})
    assert page.render() == "ours and mine"
    assert "guest" not in environment.globals
    assert environment.get_template("macros.html").module.say() == "ours"
