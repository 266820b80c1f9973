"""The roles of the house, as the organisation chart of a centre names them."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class Role(StrEnum):
    """A job in the office; what it may do is granted by the modules."""

    PROPERTY_DIRECTOR = "property_director"
    LETTING_AGENT = "letting_agent"
    CALL_CENTRE_AGENT = "call_centre_agent"
    DISPATCHER = "dispatcher"
    DISPATCH_LEADER = "dispatch_leader"
    CARETAKER = "caretaker"
    SITE_COORDINATOR = "site_coordinator"
    STOREKEEPER = "storekeeper"
    WORKS_CREW = "works_crew"
    TECHNICIAN = "technician"
    INTERIOR_ARCHITECT = "interior_architect"
    MAINTENANCE_ENGINEER = "maintenance_engineer"
    ENERGY_COORDINATOR = "energy_coordinator"
    WORKS_PROJECT_LEAD = "works_project_lead"
    PURCHASING_AGENT = "purchasing_agent"
    FINANCE = "finance"
    PREVENTION_ADVISER = "prevention_adviser"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    CLIMATE_OFFICER = "climate_officer"
    ANALYST = "analyst"
    CARE_HOME_DIRECTOR = "care_home_director"
    BRANCH_OFFICE_HEAD = "branch_office_head"
    SOCIAL_WORKER = "social_worker"
    COUNCIL = "council"
    ADMINISTRATOR = "administrator"


LABELS: dict[Role, LazyText] = {
    Role.PROPERTY_DIRECTOR: _l("Property director"),
    Role.LETTING_AGENT: _l("Letting agent"),
    Role.CALL_CENTRE_AGENT: _l("Call-centre agent"),
    Role.DISPATCHER: _l("Dispatcher"),
    Role.DISPATCH_LEADER: _l("Dispatch team leader"),
    Role.CARETAKER: _l("Caretaker"),
    Role.SITE_COORDINATOR: _l("Site coordinator"),
    Role.STOREKEEPER: _l("Storekeeper"),
    Role.WORKS_CREW: _l("Works crew"),
    Role.TECHNICIAN: _l("Rapid-intervention technician"),
    Role.INTERIOR_ARCHITECT: _l("Interior architect"),
    Role.MAINTENANCE_ENGINEER: _l("Maintenance engineer"),
    Role.ENERGY_COORDINATOR: _l("Energy coordinator"),
    Role.WORKS_PROJECT_LEAD: _l("Works project lead"),
    Role.PURCHASING_AGENT: _l("Purchasing agent"),
    Role.FINANCE: _l("Finance officer"),
    Role.PREVENTION_ADVISER: _l("Prevention adviser"),
    Role.DATA_PROTECTION_OFFICER: _l("Data protection officer"),
    Role.CLIMATE_OFFICER: _l("Climate and mobility officer"),
    Role.ANALYST: _l("Study and figures officer"),
    Role.CARE_HOME_DIRECTOR: _l("Care-home director"),
    Role.BRANCH_OFFICE_HEAD: _l("Branch-office head"),
    Role.SOCIAL_WORKER: _l("Housing and energy social worker"),
    Role.COUNCIL: _l("Council and management"),
    Role.ADMINISTRATOR: _l("System administrator"),
}

# The jobs of the chart that have no role of their own, under the role that does their work.
COVERS: dict[Role, LazyText] = {
    Role.LETTING_AGENT: _l("reception and allocation officers"),
    Role.CARETAKER: _l("proximity unit"),
    Role.WORKS_CREW: _l("site managers, driver, multi-skilled workers"),
    Role.INTERIOR_ARCHITECT: _l("furniture-reuse officer"),
    Role.MAINTENANCE_ENGINEER: _l("contract managers"),
    Role.ENERGY_COORDINATOR: _l("energy lead"),
    Role.WORKS_PROJECT_LEAD: _l("architects of works and studies"),
    Role.FINANCE: _l("treasury, financial director"),
    Role.PREVENTION_ADVISER: _l("prevention head, officer who declares cameras"),
    Role.DATA_PROTECTION_OFFICER: _l("legal service, archivist"),
    Role.ANALYST: _l("business intelligence"),
    Role.SOCIAL_WORKER: _l("housing service, energy cell"),
    Role.COUNCIL: _l("governing council, secretary-general, management committee"),
}
