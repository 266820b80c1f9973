"""What is refused is said about what was sent: a text, or how many things."""

import pytest
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

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
