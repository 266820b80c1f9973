"""The demo's comments: colleagues talk under tickets, and those called by name are told."""

from random import Random

import pytest
from sqlalchemy import select

from app.auth.models import User
from app.clock import FixedClock
from app.comments.mentions import handles_in
from app.comments.models import Comment
from app.db import Database
from app.demo import Planting, plant_accounts
from app.notifications.models import Notification
from modules.parties.demo.seed import SEED as PEOPLE
from modules.portfolio.demo.seed import plant_estate
from modules.tickets.demo import COMMENTS, SEED
from modules.tickets.enums import TicketStatus
from modules.tickets.models import Ticket
from tests.factories.portfolio import BUILDER


@pytest.fixture
def planted(database: Database, clock: FixedClock) -> Database:
    plant_accounts(database, BUILDER, clock)
    for name, run in (("e", plant_estate), ("p", PEOPLE.run), ("t", SEED.run), ("c", COMMENTS.run)):
        run(Planting(database, clock, BUILDER, Random(name), 0.06, lambda _text: None))
    return database


def test_colleagues_write_under_tickets_after_what_happened_there(
    planted: Database, clock: FixedClock
) -> None:
    with planted.reader() as session:
        tickets = {ticket.id: ticket for ticket in session.scalars(select(Ticket))}
        names = dict(session.execute(select(User.id, User.display_name)).all())
        comments = session.scalars(select(Comment)).all()
        about = {tickets[comment.subject_id].status for comment in comments}
        assert about >= {TicketStatus.WAITING, TicketStatus.RETURNED, TicketStatus.IN_PROGRESS}
        assert len({comment.author_id for comment in comments}) > 3
        for comment in comments:
            assert names[comment.author_id] == comment.author_name
            assert tickets[comment.subject_id].opened_at < comment.created_at <= clock.now()
        assert COMMENTS.is_planted(session)


def test_who_is_called_by_name_is_told(planted: Database) -> None:
    with planted.reader() as session:
        emails = dict(session.execute(select(User.id, User.email)).all())
        told = {emails[news.user_id] for news in session.scalars(select(Notification))}
        texts = session.scalars(select(Comment.text))
        called = {f"{handle}@demo.example" for text in texts for handle in handles_in(text)}
        assert called
        assert told == called


def test_nobody_writes_where_there_are_no_accounts(database: Database, clock: FixedClock) -> None:
    for run in (plant_estate, PEOPLE.run, SEED.run, COMMENTS.run):
        run(Planting(database, clock, BUILDER, Random(1), 0.06, lambda _text: None))
    with database.reader() as session:
        assert not COMMENTS.is_planted(session)
