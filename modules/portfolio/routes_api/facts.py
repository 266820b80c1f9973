"""What is known of places, for programs: energy certificates and installations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import select

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.portfolio import schemas_api_facts as schemas
from modules.portfolio import services
from modules.portfolio.commands import Change, InstallationFacts, RecordCertificate
from modules.portfolio.models import EnergyCertificate, Installation
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import get_certificate, list_certificates
from modules.portfolio.queries.places import get_building, get_lot
from modules.portfolio.queries.scope import in_scope, in_use
from modules.portfolio.queries.topology import get_installation, lots_served_by, seen_links_of

certificates = ApiBlueprint(
    "certificates_api",
    __name__,
    url_prefix="/api/v1/certificates",
    description="Energy certificates of lots and buildings.",
)
installations = ApiBlueprint(
    "installations_api",
    __name__,
    url_prefix="/api/v1/installations",
    description="Lifts, boiler houses, risers: what serves a building.",
)


@certificates.route("")
class Certificates(MethodView):
    """The certificates of a place."""

    @needs(PortfolioPermission.READ)
    @certificates.arguments(schemas.PlaceQuery, location="query")
    @certificates.response(200, schemas.CertificateOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[EnergyCertificate]:
        """List the certificates of a lot or of a building, the latest first."""
        actor, session = current_actor(), reader()
        if "lot_id" in query:
            return list_certificates(session, lot_id=get_lot(actor, session, query["lot_id"]).id)
        building = get_building(actor, session, query["building_id"])
        return list_certificates(session, building_id=building.id)

    @needs(PortfolioPermission.CERTIFY)
    @certificates.arguments(schemas.CertificateIn)
    @certificates.response(201, schemas.CertificateOut)
    @certificates.versioned
    def post(self, command: RecordCertificate) -> EnergyCertificate:
        """Record a certificate; the energy class of its place follows."""
        with open_unit_of_work() as uow:
            return services.record_certificate(current_actor(), command, uow, current_clock())


@certificates.route("/<uuid:certificate_id>")
class CertificateById(MethodView):
    """One certificate."""

    @needs(PortfolioPermission.READ)
    @certificates.response(200, schemas.CertificateOut)
    @certificates.versioned
    def get(self, certificate_id: UUID) -> EnergyCertificate:
        """Read a certificate."""
        return get_certificate(current_actor(), reader(), certificate_id)

    @needs(PortfolioPermission.CERTIFY)
    @certificates.arguments(schemas.CertificateIn)
    @certificates.response(200, schemas.CertificateOut)
    @certificates.versioned
    def put(
        self, command: RecordCertificate, certificate_id: UUID, expected_version: int
    ) -> EnergyCertificate:
        """Correct a certificate; it stays with its place."""
        change = Change(certificate_id, expected_version)
        with open_unit_of_work() as uow:
            actor, clock = current_actor(), current_clock()
            return services.correct_certificate(actor, change, command, uow, clock)

    @needs(PortfolioPermission.CERTIFY)
    @certificates.response(204)
    @certificates.versioned
    def delete(self, certificate_id: UUID, expected_version: int) -> None:
        """Withdraw a certificate; it can be brought back."""
        change = Change(certificate_id, expected_version)
        with open_unit_of_work() as uow:
            services.withdraw_certificate(current_actor(), change, uow, current_clock())


@installations.route("")
class Installations(MethodView):
    """All installations."""

    @needs(PortfolioPermission.READ)
    @installations.arguments(schemas.InstallationQuery, location="query")
    @installations.paged(schemas.InstallationOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Installation]:
        """List installations by code."""
        wanted = in_use(Installation, is_archived=query.pop("is_archived"))
        statement = in_scope(
            select(Installation).where(wanted), current_actor(), Installation.building_id
        )
        for name, value in query.items():
            statement = statement.where(getattr(Installation, name) == value)
        return paginate(reader(), statement.order_by(Installation.code), page)

    @needs(PortfolioPermission.CHANGE)
    @installations.arguments(schemas.InstallationIn)
    @installations.response(201, schemas.InstallationOut)
    @installations.versioned
    def post(self, facts: InstallationFacts) -> Installation:
        """Add an installation; without entrances and lots it serves the whole building."""
        with open_unit_of_work() as uow:
            return services.add_installation(current_actor(), facts, uow, current_clock())


@installations.route("/<uuid:installation_id>")
class InstallationById(MethodView):
    """One installation."""

    @needs(PortfolioPermission.READ)
    @installations.response(200, schemas.InstallationOut)
    @installations.versioned
    def get(self, installation_id: UUID) -> Installation:
        """Read an installation."""
        return get_installation(current_actor(), reader(), installation_id)

    @needs(PortfolioPermission.CHANGE)
    @installations.arguments(schemas.InstallationIn)
    @installations.response(200, schemas.InstallationOut)
    @installations.versioned
    def put(
        self, facts: InstallationFacts, installation_id: UUID, expected_version: int
    ) -> Installation:
        """Replace the facts of an installation and whom it serves."""
        change = Change(installation_id, expected_version)
        with open_unit_of_work() as uow:
            actor, clock = current_actor(), current_clock()
            return services.change_installation(actor, change, facts, uow, clock)

    @needs(PortfolioPermission.CHANGE)
    @installations.response(204)
    @installations.versioned
    def delete(self, installation_id: UUID, expected_version: int) -> None:
        """Take a removed installation out of the lists."""
        change = Change(installation_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_installation(current_actor(), change, uow, current_clock())


@installations.route("/<uuid:installation_id>/lots")
class InstallationLots(MethodView):
    """Whom an installation serves."""

    @needs(PortfolioPermission.READ)
    @installations.response(200, schemas.ServedOut)
    def get(self, installation_id: UUID) -> dict[str, Any]:
        """List the lots one sees that it serves, also through an entrance or the building."""
        actor, session = current_actor(), reader()
        found = get_installation(actor, session, installation_id)
        links = seen_links_of(actor, session, found)
        return {
            "lot_ids": lots_served_by(actor, session, found),
            "written_entrance_ids": [link.entrance_id for link in links if link.entrance_id],
            "written_lot_ids": [link.lot_id for link in links if link.lot_id],
            "written_building_ids": [
                link.building_id
                for link in links
                if link.building_id and link.building_id != found.building_id
            ],
        }
