"""What the interventions module declares to the house."""

from app.registry import Module
from modules.interventions.policies import GRANTS, OrderPermission

module = Module(
    name="interventions",
    depends_on=("portfolio", "parties", "tickets"),
    permissions=OrderPermission,
    grants=GRANTS,
)
