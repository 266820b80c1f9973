"""People: who they are, how to reach them, where they live."""

from app.comments.models import Comment
from app.files.models import Attachment
from app.first_steps import FirstStep, has_rows
from app.i18n import lazy as _l
from app.registry import Module, NavigationItem, Panel, Tally
from modules.parties.demo.seed import SEED
from modules.parties.followers import follow_parties
from modules.parties.importers import IMPORTERS
from modules.parties.jobs import JOBS
from modules.parties.models import Party
from modules.parties.policies import GRANTS, LABELS, PartyPermission
from modules.parties.privacy import PRIVACY
from modules.parties.queries.people import count_occupants, name_occupant
from modules.parties.routes_api import BLUEPRINTS
from modules.parties.routes_web import blueprint
from modules.parties.search import PartyProvider
from modules.parties.subjects import PARTY
from modules.parties.tables import LISTS

module = Module(
    name="parties",
    depends_on=("portfolio",),
    blueprints=(blueprint,),
    api_blueprints=BLUEPRINTS,
    permissions=PartyPermission,
    grants=GRANTS,
    title=_l("People"),
    permission_labels=LABELS,
    navigation=(
        NavigationItem(
            label=_l("People"),
            endpoint="parties.party_list",
            permission=PartyPermission.READ,
            icon="users",
            group=_l("Estate"),
            shortcut="p",
            order=240,
        ),
    ),
    panels=(
        Panel(
            place="lot",
            title=_l("Occupants"),
            endpoint="parties.lot_occupants",
            permission=PartyPermission.READ,
            order=10,
            tally=Tally(
                permission=PartyPermission.READ,
                count=count_occupants,
                label=_l("Present occupant"),
                name=name_occupant,
                tone="",
            ),
        ),
        Panel(
            place="building",
            title=_l("Occupants"),
            endpoint="parties.building_occupants",
            permission=PartyPermission.READ,
            order=10,
        ),
    ),
    first_steps=(
        FirstStep(
            label=_l("Bring in your tenants"),
            why=_l("With their telephone numbers, a caller is known at once."),
            endpoint="imports.batch_new",
            permission=PartyPermission.IMPORT,
            is_done=has_rows(Party),
            order=40,
            arguments={"kind": "parties"},
        ),
    ),
    jobs=JOBS,
    importers=IMPORTERS,
    lists=LISTS,
    subjects=(PARTY,),
    privacy=PRIVACY,
    search_providers=(PartyProvider(),),
    seeds=(SEED,),
    # Whatever people attached or wrote goes where the record went; every other part of the house
    # that keeps its subject as an identifier is history, which stays as it was.
    handlers=follow_parties(Attachment.subject_id, Comment.subject_id),
)
