"""What the energy module declares to the house."""

from app.registry import Module
from modules.energy import cli, models  # noqa: F401  the models, for migrations
from modules.energy.jobs import JOBS
from modules.energy.policies import GRANTS, EnergyPermission

module = Module(
    name="energy",
    depends_on=("portfolio",),
    permissions=EnergyPermission,
    grants=GRANTS,
    jobs=JOBS,
    cli=(cli.group,),
)
