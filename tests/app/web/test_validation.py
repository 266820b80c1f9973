"""What is refused is said about what was sent: a text, or how many things."""

import pytest
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, Range

from app.api.fields import Instant
from app.i18n import use_locale
from app.web.validation import field_errors

pytestmark = pytest.mark.one_database


class Order(Schema):
    name = fields.String(validate=Length(max=3))
    parts = fields.List(fields.String(validate=Length(max=3)), validate=Length(min=1, max=2))
    marks = fields.List(fields.Integer(), validate=Length(max=1))
    password = fields.List(fields.String(), validate=Length(max=1))


@pytest.mark.parametrize(
    ("sent", "field", "words", "value"),
    [
        ({"name": "long"}, "name", "Write at most 3 characters.", "long"),
        ({"parts": []}, "parts", "Give between 1 and 2 of them.", None),
        ({"parts": ["long"]}, "parts.0", "Write at most 3 characters.", "long"),
        ({"marks": [1, 2]}, "marks", "Give at most 1 of them.", None),
        ({"password": ["a", "b"]}, "password", "Give at most 1 of them.", None),
    ],
)
def test_how_many_and_how_long_are_told_apart(sent, field, words, value):
    with pytest.raises(ValidationError) as refused:
        Order().load(sent)
    (error,) = field_errors(refused.value.messages_dict, sent)
    with use_locale("en"):
        assert (error.field, str(error.message), error.value) == (field, words, value)


@pytest.mark.parametrize(
    ("low", "high", "locale", "words"),
    [
        (0.0001, 100_000, "fr", "Écrivez un nombre de 0,0001 à 100\u202f000."),
        (0, 1e12, "fr", "Écrivez un nombre de 0 à 1\u202f000\u202f000\u202f000\u202f000."),
        (0.5, 12_000, "nl", "Schrijf een getal van 0,5 tot 12.000."),
        (1850, 2100, "en", "Write a number from 1850 to 2100."),
    ],
)
def test_bounds_are_written_as_the_reader_writes_numbers(low, high, locale, words):
    schema = Schema.from_dict({"x": fields.Float(validate=Range(min=low, max=high))})
    with pytest.raises(ValidationError) as refused:
        schema().load({"x": -1})
    (error,) = field_errors(refused.value.messages_dict, {"x": -1})
    with use_locale(locale):
        assert str(error.message) == words


def test_a_moment_without_its_offset_is_told_the_form():
    schema = Schema.from_dict({"since": Instant()})
    for wrong in ("2026-11-01T00:00:00", "yesterday"):
        with pytest.raises(ValidationError) as refused:
            schema().load({"since": wrong})
        (error,) = field_errors(refused.value.messages_dict)
        with use_locale("en"):
            assert "for example 2026-11-01T08:00:00+01:00" in str(error.message)
