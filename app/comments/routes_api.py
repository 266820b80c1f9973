"""Comments under records for programs: the same services and rights as the pages."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, Step, offer_step, paginate
from app.api.schemas import SubjectQuery
from app.auth.actor import Actor
from app.auth.needs import SIGNED_IN, needs
from app.clock import Clock
from app.comments import queries, services
from app.comments.models import Comment
from app.comments.routes_web import readers
from app.comments.schemas import CommentChangeIn, CommentIn, CommentOut
from app.db import UnitOfWork
from app.web.context import (
    current_actor,
    current_clock,
    find_subject,
    open_unit_of_work,
    reader,
    subjects,
)

blueprint = ApiBlueprint(
    "comments_api", __name__, url_prefix="/api/v1/comments", description="Comments under records."
)


@blueprint.route("")
class Comments(MethodView):
    """The comments of one record."""

    @needs(SIGNED_IN)
    @blueprint.arguments(SubjectQuery, location="query")
    @blueprint.paged(CommentOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Comment]:
        """List the comments of a record, the latest first."""
        subject = find_subject(query["subject_type"], query["subject_id"])
        return paginate(reader(), queries.select_comments(subject), page)

    @needs(SIGNED_IN)
    @blueprint.arguments(CommentIn)
    @blueprint.response(201, CommentOut)
    @blueprint.versioned
    def post(self, data: dict[str, Any]) -> Comment:
        """Write a comment; people mentioned are told."""
        subject = find_subject(data["subject_type"], data["subject_id"])
        with open_unit_of_work() as uow:
            return services.post_comment(
                current_actor(), subject, data["text"], readers(uow), uow, current_clock()
            )


@blueprint.route("/<uuid:comment_id>")
class CommentById(MethodView):
    """One comment."""

    @needs(SIGNED_IN)
    @blueprint.response(200, CommentOut)
    @blueprint.versioned
    def get(self, comment_id: UUID) -> Comment:
        """Read a comment."""
        return queries.get_comment(current_actor(), comment_id, subjects(), reader())[0]

    @needs(SIGNED_IN)
    @blueprint.arguments(CommentChangeIn)
    @blueprint.response(200, CommentOut)
    @blueprint.versioned
    def patch(self, data: dict[str, Any], comment_id: UUID, expected_version: int) -> Comment:
        """Change one's own comment; people newly mentioned are told."""
        edit = services.EditComment(comment_id, data["text"], expected_version)
        with open_unit_of_work() as uow:
            return services.change_comment(
                current_actor(), edit, readers(uow), uow, current_clock()
            )

    @needs(SIGNED_IN)
    @blueprint.response(204)
    @blueprint.versioned
    def delete(self, comment_id: UUID, expected_version: int) -> None:
        """Take one's own comment away; the history keeps it."""
        with open_unit_of_work() as uow:
            services.remove_comment(
                current_actor(),
                comment_id,
                subjects(),
                uow,
                current_clock(),
                expected_version=expected_version,
            )


def _restore(
    actor: Actor, comment_id: UUID, _data: object, uow: UnitOfWork, clock: Clock
) -> Comment:
    return services.restore_comment(actor, comment_id, subjects(), uow, clock)


offer_step(
    blueprint,
    Step("/<uuid:comment_id>/restoration", SIGNED_IN, _restore, "Bring back one's own comment."),
    CommentOut,
)
