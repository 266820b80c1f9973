"""People: who they are, how to reach them, where they live."""

from app.registry import Module
from modules.parties import models, services
from modules.parties.demo.seed import SEED
from modules.parties.policies import GRANTS, PartyPermission

__all__ = ["models", "module", "services"]

module = Module(
    name="parties",
    depends_on=("portfolio",),
    permissions=PartyPermission,
    grants=GRANTS,
    seeds=(SEED,),
)
