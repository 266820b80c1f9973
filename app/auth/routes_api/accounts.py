"""Accounts for programs; also the example of how a resource is written here."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest
from app.auth import services
from app.auth.actor import Actor
from app.auth.commands import ChangeUser, CreateUser
from app.auth.models import User
from app.auth.needs import SIGNED_IN, needs
from app.auth.queries import UserFilter, get_user, list_users
from app.auth.schemas import MeOut, UserChangeIn, UserIn, UserOut, UserQuery
from app.policies import HousePermission
from app.web.context import current_actor, current_clock, open_unit_of_work, reader

blueprint = ApiBlueprint(
    "users_api", __name__, url_prefix="/api/v1/users", description="People who sign in."
)
me_blueprint = ApiBlueprint(
    "me_api", __name__, url_prefix="/api/v1/me", description="Whoever makes the call."
)


@me_blueprint.route("")
class Me(MethodView):
    """The caller."""

    @needs(SIGNED_IN)
    @me_blueprint.response(200, MeOut)
    def get(self) -> Actor:
        """Say who is calling and what they may do."""
        return current_actor()


@blueprint.route("")
class Users(MethodView):
    """All accounts."""

    @needs(HousePermission.USER_MANAGE)
    @blueprint.arguments(UserQuery, location="query")
    @blueprint.paged(UserOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[User]:
        """List accounts by name."""
        return list_users(current_actor(), reader(), UserFilter(**query), page)

    @needs(HousePermission.USER_MANAGE)
    @blueprint.arguments(UserIn)
    @blueprint.response(201, UserOut)
    @blueprint.versioned
    def post(self, data: dict[str, Any]) -> User:
        """Make an account."""
        with open_unit_of_work() as uow:
            return services.create_user(current_actor(), CreateUser(**data), uow, current_clock())


@blueprint.route("/<uuid:user_id>")
class UserById(MethodView):
    """One account."""

    @needs(HousePermission.USER_MANAGE)
    @blueprint.response(200, UserOut)
    @blueprint.versioned
    def get(self, user_id: UUID) -> User:
        """Read an account."""
        return get_user(current_actor(), reader(), user_id)

    @needs(HousePermission.USER_MANAGE)
    @blueprint.arguments(UserChangeIn)
    @blueprint.response(200, UserOut)
    @blueprint.versioned
    def patch(self, data: dict[str, Any], user_id: UUID, expected_version: int) -> User:
        """Change an account; a change of rights ends its sessions."""
        with open_unit_of_work() as uow:
            return services.change_user(
                current_actor(),
                user_id,
                ChangeUser(**data),
                uow,
                current_clock(),
                expected_version=expected_version,
            )

    @needs(HousePermission.USER_MANAGE)
    @blueprint.response(204)
    @blueprint.versioned
    def delete(self, user_id: UUID, expected_version: int) -> None:
        """Archive an account; nothing is ever deleted."""
        with open_unit_of_work() as uow:
            services.archive_user(
                current_actor(), user_id, uow, current_clock(), expected_version=expected_version
            )
