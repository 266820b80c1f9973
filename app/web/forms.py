"""Forms: what was typed becomes a command, or the same page again with what to mend.

```python
class TicketIn(FormSchema):
    command = OpenTicket                       # a frozen dataclass
    summary = Line(required=True, validate=Length(max=200), metadata={"label": _l("Summary")})
    cost_cents = Money(data_key="cost")

@blueprint.post("/tickets")
@needs(TicketPermission.OPEN)
def ticket_create():
    form = Form(TicketIn, request.form)
    try:
        with open_unit_of_work() as uow:
            ticket = services.open_ticket(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "tickets/ticket_form.html")
    return done(url_for("tickets.ticket_detail", ticket_id=ticket.id), _("Ticket opened"))
```

The page opens with `Form(TicketIn)`, or `Form(TicketIn, shows=ticket)` to change a record:
`{{ field('summary', _('Summary'), form.value('summary'), errors=form.errors) }}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from app.db import UnitOfWork
from app.errors import AppError, Conflict, FieldError, Invalid, StaleVersion
from app.i18n import LazyText, format_iso
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.web.context import open_unit_of_work
from app.web.fields import BelgianDate, LocalInstant, values_of
from app.web.form_words import FormWords, read_form_words
from app.web.validation import field_errors, refuse_unstorable

FORM_ERRORS = (Invalid, Conflict, StaleVersion)
_CHECK = _l("Some fields need another look.")


class FormSchema(Schema):
    """A schema whose result is the `command` it names, or a dict when it names none."""

    class Meta:
        """Ignore the token and the buttons."""

        unknown = EXCLUDE

    command: ClassVar[type | None] = None

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Any:
        return self.command(**data) if self.command else data


class Form:
    """What is typed in a form, its errors, and how it leads to a command or back to the page."""

    def __init__(
        self,
        schema: type[Schema] | Schema,
        given: Mapping[str, Any] | None = None,
        *,
        shows: Any = None,
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        """Take what was sent (`given`), or show a record or the defaults."""
        self.schema = schema() if isinstance(schema, type) else schema
        self.errors = errors
        self.stale: StaleVersion | None = None
        if given is not None:
            self.values = values_of(self.schema, given)
            if "version" in given:
                # The version the page was opened with: shown again beside an error, a newer one
                # would let this person write over what somebody else saved meanwhile.
                self.values.setdefault("version", given["version"])
        else:
            self.values = {} if shows is None else dict(self.schema.dump(shows))

    def load(self) -> Any:
        """Return the command; Invalid with one error a field when it cannot be made."""
        try:
            refuse_unstorable(self.values)
            return self.schema.load(self.values)
        except ValidationError as error:
            first: dict[str, FieldError] = {}
            for found in field_errors(error.messages, self.values):
                first.setdefault(found.field, found)
            raise Invalid("form_invalid", _CHECK, errors=tuple(first.values())) from error

    def value(self, name: str, default: Any = "") -> Any:
        """Return what stands in a field: as typed, else as the record has it."""
        return self.values.get(name, default)

    def error(self, name: str) -> str:
        """Return what is wrong with a field, or nothing."""
        return next((str(e.message) for e in self.errors if e.field == name), "")

    def refused(
        self, error: AppError, template: str, *, fresh: Any = None, **context: Any
    ) -> ResponseReturnValue:
        """Show the page again: 422 with an error summary, what was typed still there.

        A StaleVersion with `fresh`, the record as it is now, shows both versions of each field, in
        the words of the page.
        """
        if isinstance(error, StaleVersion) and fresh is not None:
            words = read_form_words(render_template(template, form=self, errors=(), **context))
            return self._conflict(error, fresh, words)
        self.errors = error.errors or (FieldError("", error.message),)
        return render_template(template, form=self, errors=self.errors, **context), error.status

    def _conflict(self, error: StaleVersion, fresh: Any, words: FormWords) -> ResponseReturnValue:
        theirs = dict(self.schema.dump(fresh))
        differences = [
            Difference(
                key,
                item.metadata.get("label") or words.labels.get(f"f-{key}") or key.replace("_", " "),
                self._typed(key, item),
                theirs.get(key),
                words.choices.get(key, {}),
                isinstance(item, BelgianDate | LocalInstant),
            )
            for key, item in self._fields()
            if key != "version" and _as_text(self._typed(key, item)) != _as_text(theirs.get(key))
        ]
        names = {d.key for d in differences} | {"version", "csrf_token", "form_key"}
        kept = [
            (key, value)
            for key in request.form
            if key not in names
            for value in request.form.getlist(key)
        ]
        page = render_template(
            "forms/conflict.html",
            differences=differences,
            kept=kept,
            version=theirs.get("version", _version_of(fresh)),
            action=request.full_path.rstrip("?"),
        )
        return page, error.status

    def _fields(self) -> list[tuple[str, fields.Field[Any]]]:
        return [(item.data_key or name, item) for name, item in self.schema.load_fields.items()]

    def _typed(self, key: str, item: fields.Field[Any]) -> Any:
        """Return what stands in a field; a box is ticked or it is not."""
        typed = self.values.get(key)
        return typed in item.truthy if isinstance(item, fields.Boolean) else typed


@dataclass(frozen=True, slots=True)
class Difference:
    """A field two people changed: what one typed, what the record holds by now."""

    key: str
    label: Any
    mine: Any
    theirs: Any
    # What the form calls each value, of a field with choices.
    words: Mapping[str, str]
    is_date: bool = False

    @property
    def is_list(self) -> bool:
        """Tell whether the field holds several values."""
        return isinstance(self.mine, list) or isinstance(self.theirs, list)

    def say(self, value: Any) -> str:
        """Return a value in the words of the form: of a choice its label, else as it is."""
        if isinstance(value, list):
            return ", ".join(self.say(one) for one in value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if value is None:
            return ""
        return format_iso(str(value)) if self.is_date else self.words.get(str(value), str(value))


class VersionField(fields.Integer):
    """The version of the record a form was opened with; compared by the service."""

    def __init__(self, **options: Any) -> None:
        """Be required."""
        options.setdefault("required", True)
        super().__init__(**options)


def done(target: str, message: str = "") -> ResponseReturnValue:
    """Leave for another page after success, also when htmx sent the form."""
    if message:
        flash(message, "success")
    if "HX-Request" in request.headers:
        return Response("", headers={"HX-Redirect": target})
    return redirect(target, code=303)


def done_or_why(
    target: str, message: str, do: Callable[[UnitOfWork], object]
) -> ResponseReturnValue:
    """Do something to the record of a sheet and return to it; what refuses it is said there."""
    try:
        with open_unit_of_work() as uow:
            do(uow)
    except (Conflict, StaleVersion) as refusal:
        flash(str(refusal.message), "danger")
        return redirect(target, 303)
    return done(target, message)


def choices(labels: Mapping[Any, LazyText]) -> list[tuple[str, str]]:
    """Return the members of an enumeration as options, in the order of their labels."""
    return [(key.value, str(label)) for key, label in labels.items()]


def _version_of(record: Any) -> Any:
    if isinstance(record, Mapping):
        return record.get("version", "")
    return getattr(record, "version", "")


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(sorted(str(v) for v in value))
    # The ground floor is 0, which is not nothing.
    return "" if value is None or value is False else str(value).strip()
