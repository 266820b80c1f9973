"""How a call is read: bad input becomes our problem+json, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser, is_json_request

from app.errors import AppError, Invalid
from app.i18n import lazy as _l
from app.web.validation import CHECK_FIELDS, field_errors, refuse_unstorable


class Unreadable(AppError):
    """The body is not what its content type says."""

    status = 400


class WrongContentType(AppError):
    """The body is of a kind that this address does not read."""

    status = 415


def _secrets(schema: Schema) -> set[str]:
    """Name the fields whose refused value is not sent back."""
    return {
        field.data_key or name
        for name, field in schema.fields.items()
        if field.metadata.get("x-secret")
    }


def _refuse_other_than(wanted: str, *, is_read: bool, req: Request) -> None:
    # A form was read already, and leaves no data.
    if not is_read and (req.content_length or req.get_data(cache=True)):
        said = _l("Send the body as %(wanted)s, and say so in Content-Type.", wanted=wanted)
        raise WrongContentType("wrong_content_type", said)


class HouseParser(FlaskParser):
    """Reads arguments with marshmallow and refuses them with our errors."""

    def pre_load(self, location_data: Any, *, schema: Schema, req: Request, location: str) -> Any:
        """Refuse what no database can hold before a schema looks at it."""
        if location == "json":
            refuse_unstorable(location_data)
        else:
            refuse_unstorable({key: location_data[key] for key in location_data})
        return location_data

    def _raw_load_json(self, req: Request) -> Any:
        """Refuse a body that is not JSON, which would pass for an empty one."""
        _refuse_other_than("application/json", is_read=is_json_request(req), req=req)
        return super()._raw_load_json(req)

    def load_files(self, req: Request, schema: Schema) -> Any:
        """Refuse a body that holds no files, which would pass for an empty one."""
        is_form = req.mimetype == "multipart/form-data"
        _refuse_other_than("multipart/form-data", is_read=is_form, req=req)
        return super().load_files(req, schema)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Name each refused field, without the location webargs puts around it."""
        # webargs wraps what is wrong in the place it was found: {"json": {...}}.
        location, inner = next(iter(dict(error.messages_dict).items()))
        data = req.get_json(silent=True) if location == "json" else req.args
        if isinstance(data, Mapping):
            data = {key: value for key, value in data.items() if key not in _secrets(schema)}
        raise Invalid(
            "validation_failed", CHECK_FIELDS, errors=field_errors(inner, data)
        ) from error

    def _handle_invalid_json_error(
        self, error: Exception, *_args: Any, **_options: Any
    ) -> NoReturn:
        raise Unreadable("invalid_json", _l("The body is not valid JSON.")) from error
