"""A record of an invented kind, for whatever the house hangs on records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.i18n import lazy as _l
from app.ids import new_id
from app.module import module as house
from app.registry import Module
from app.subjects import Confidentiality, Subject, SubjectKind, Subjects
from tests.support.web import PageClient


@dataclass
class Boiler:
    """One boiler, seen by those whose scope holds its building."""

    id: UUID
    building_id: UUID
    sees: Confidentiality = Confidentiality.PERSONAL
    can_write: bool = True

    def as_seen(self) -> Subject:
        return Subject(
            type="boiler",
            id=self.id,
            label="Boiler <7>",
            url=f"/boilers/{self.id}",
            building_id=self.building_id,
            can_write=self.can_write,
            sees=self.sees,
        )


@pytest.fixture
def boiler() -> Boiler:
    return Boiler(new_id(), new_id())


@pytest.fixture
def boiler_kind(boiler) -> SubjectKind:
    def find(actor, _session, id_):
        in_scope = actor.scope.everything or boiler.building_id in actor.scope.building_ids
        return boiler.as_seen() if id_ == boiler.id and in_scope else None

    return SubjectKind(
        type="boiler",
        label=_l("Boiler"),
        find=find,
        actions={"plant.boiler.relit": _l("Boiler relit")},
        fields={"state": _l("State")},
        values={"state": {"cold": _l("Cold"), "hot": _l("Hot")}},
    )


@pytest.fixture
def subjects(boiler_kind) -> Subjects:
    return Subjects((boiler_kind,))


SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def signed_in(settings, database, clock, login, boiler_kind) -> SignedIn:
    """Give a client of the application with boilers, signed in as a role."""
    plant = Module(name="plant", subjects=(boiler_kind,))
    app = create_app(settings, clock=clock, database=database, modules=(house, plant))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = PageClient

    def make(role: str = "technician", **options) -> FlaskClient:
        client = app.test_client()
        options = {"locale": "en", "sees_everything": True, **options}
        client.user = login(client, role, **options)
        return client

    return make


def changed(subject: Subject, **values) -> Subject:
    return replace(subject, **values)
