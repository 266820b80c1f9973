"""Comments on records, and the people they mention."""

import pytest
from sqlalchemy import select

from app.auth.actor import Actor, Scope
from app.auth.models import User
from app.comments import queries, services
from app.comments.mentions import handles_in, suggest_people, with_mentions
from app.errors import Forbidden, Invalid, NotFound, StaleVersion
from app.notifications.models import Notification
from tests.support.records import changed

START = "2026-03-02"


@pytest.fixture
def people(uow, clock):
    made = {}
    for name in ("marie.dupont", "jan", "piet"):
        user = User(
            email=f"{name}@example.org",
            display_name=name.replace(".", " ").title(),
            created_at=clock.now(),
            updated_at=clock.now(),
            sees_everything=name != "piet",
        )
        uow.session.add(user)
        made[name] = user
    uow.flush()
    return made


@pytest.fixture
def readers(subjects):
    def actor_of(user: User) -> Actor:
        scope = Scope(everything=user.sees_everything)
        return Actor(user.id, user.email, user.display_name, scope=scope)

    return services.Readers(subjects, actor_of)


@pytest.fixture
def post(uow, clock, boiler, readers, actor_with):
    author = actor_with()

    def write(text, actor=author):
        return services.post_comment(actor, boiler.as_seen(), text, readers, uow, clock)

    write.author = author
    return write


def told(uow) -> list:
    return list(uow.session.scalars(select(Notification.user_id)))


@pytest.mark.usefixtures("people")
def test_comments_are_read_in_the_order_they_were_written(uow, post, boiler):
    post("First\r\nline two")
    post("Second")
    texts = [c.text for c in queries.list_comments(uow.session, boiler.as_seen())]
    assert texts == ["First\nline two", "Second"]


def test_those_mentioned_are_told_once_unless_the_record_is_hidden_from_them(uow, post, people):
    post("@marie.dupont and @Jan, not @piet, and again @jan. And not x@jan or @nobody.")
    assert set(told(uow)) == {people["marie.dupont"].id, people["jan"].id}


def test_names_that_tell_nobody_are_said(uow, post, people, readers, boiler):
    comment = post("@jan @piet @nobody.here @jan", actor=readers.actor_of(people["marie.dupont"]))
    wanted = (boiler.as_seen(), readers, uow)
    assert services.untold(post.author, comment, *wanted) == ["piet", "nobody.here"]
    own = post("I, @piet, was here", actor=readers.actor_of(people["piet"]))
    assert services.untold(readers.actor_of(people["piet"]), own, *wanted) == []


def test_nobody_is_told_of_their_own_comment(uow, post, people, readers):
    jan = readers.actor_of(people["jan"])
    post("I, @jan, was here", actor=jan)
    assert told(uow) == []


def test_a_change_tells_only_those_newly_mentioned(uow, clock, post, people, readers):
    comment = post("@jan look")
    edit = services.EditComment(comment.id, "@jan @marie.dupont look", comment.version)
    services.change_comment(post.author, edit, readers, uow, clock)
    assert sorted(told(uow)) == sorted([people["jan"].id, people["marie.dupont"].id])
    assert comment.edited_at == clock.now()


def test_only_the_author_changes_or_removes(uow, clock, post, readers, subjects, actor_with):
    comment = post("Mine")
    with pytest.raises(Forbidden):
        services.change_comment(
            actor_with(), services.EditComment(comment.id, "Yours", 1), readers, uow, clock
        )
    with pytest.raises(StaleVersion):
        services.change_comment(
            post.author, services.EditComment(comment.id, "Late", 9), readers, uow, clock
        )
    with pytest.raises(NotFound):
        services.remove_comment(actor_with(scope=Scope()), comment.id, subjects, uow, clock)
    services.remove_comment(post.author, comment.id, subjects, uow, clock)
    with pytest.raises(NotFound):
        services.remove_comment(post.author, comment.id, subjects, uow, clock)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5001])
def test_empty_and_endless_comments_are_refused(post, text):
    with pytest.raises(Invalid):
        post(text)


def test_who_may_not_comment_cannot(uow, clock, boiler, readers, actor_with):
    silent = changed(boiler.as_seen(), can_comment=False)
    with pytest.raises(Forbidden):
        services.post_comment(actor_with(), silent, "Hello", readers, uow, clock)


def test_mentions_end_where_the_sentence_does():
    assert handles_in("@jan. (@Marie.Dupont) a@b.c @@x @jan-pol, @jan!") == [
        "jan",
        "marie.dupont",
        "jan-pol",
    ]


def test_a_comment_is_shown_without_running():
    shown = with_mentions("<script>alert('@jan')</script>\n@jan & co, @nobody", {"jan"})
    assert "<script" not in shown
    assert shown.endswith("co, @nobody")
    assert '<span class="mention">@jan</span> &amp; co' in shown


@pytest.mark.usefixtures("people")
def test_names_are_suggested_by_their_beginnings(uow):
    assert [p.display_name for p in suggest_people("@dup", uow.session)] == ["Marie Dupont"]
    assert [p.display_name for p in suggest_people("J", uow.session)] == ["Jan"]
    assert suggest_people("%", uow.session) == []
    assert suggest_people(" ", uow.session) == []


def test_panel_works_with_and_without_script(signed_in, boiler):
    client = signed_in()
    address = f"/comments/boiler/{boiler.id}"
    assert "No comment yet" in client.get(address).get_data(as_text=True)
    plain = client.post(address, data={"text": "Hello <b>"})
    assert plain.location == f"/boilers/{boiler.id}"
    panel = client.post(address, data={"text": "Again"}, headers={"HX-Request": "true"})
    text = panel.get_data(as_text=True)
    assert "Hello &lt;b&gt;" in text
    assert "<html" not in text
    refused = client.post(address, data={"text": " "}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Write something first" in refused.get_data(as_text=True)


def test_author_changes_and_removes_on_the_page(signed_in, boiler, database):
    client = signed_in()
    client.post(f"/comments/boiler/{boiler.id}", data={"text": "Hello"})
    with database.reader() as session:
        comment = queries.list_comments(session, boiler.as_seen())[0]
        id_, version = comment.id, comment.version
    client.post(f"/comments/{id_}/change", data={"text": "Better", "version": version})
    assert "Better" in client.get(f"/comments/boiler/{boiler.id}").get_data(as_text=True)
    client.post(f"/comments/{id_}/remove")
    assert "No comment yet" in client.get(f"/comments/boiler/{boiler.id}").get_data(as_text=True)


def test_a_change_that_is_refused_is_said_where_it_was_typed(signed_in, boiler, database):
    client = signed_in()
    client.post(f"/comments/boiler/{boiler.id}", data={"text": "Hello"})
    with database.reader() as session:
        id_ = queries.list_comments(session, boiler.as_seen())[0].id
    script = {"HX-Request": "true"}
    empty = client.post(f"/comments/{id_}/change", data={"text": " ", "version": 1}, headers=script)
    assert empty.status_code == 422
    assert f'href="#f-{id_}-text"' in empty.text
    assert "Hello" in empty.text
    late = client.post(f"/comments/{id_}/change", data={"text": "Mine", "version": 9})
    assert late.status_code == 412
    assert ">Mine</textarea>" in late.text


def test_outside_the_scope_comments_are_absent(signed_in, boiler):
    stranger = signed_in("caretaker", sees_everything=False)
    assert stranger.get(f"/comments/boiler/{boiler.id}").status_code == 404
    assert stranger.post(f"/comments/boiler/{boiler.id}", data={"text": "x"}).status_code == 404


def test_suggestions_come_as_json(signed_in):
    client = signed_in()
    found = client.get("/comments/people?q=tech").get_json()
    assert found == [
        {"value": "technician", "text": "Technician", "hint": "technician@example.org"}
    ]
