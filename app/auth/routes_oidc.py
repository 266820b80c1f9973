"""Sign in through the organisation's identity provider: there, and back.

The client's libraries, ten megabytes, are imported where a provider is really asked.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from app.auth.devices import device_of
from app.auth.needs import public
from app.auth.oidc import identity_of, sign_in_identity
from app.auth.routes_web import begin_session, blueprint, refused_page
from app.errors import Forbidden, NotFound, Unavailable
from app.i18n import get_locale
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.settings import OidcSettings
from app.web.context import current_clock, house, open_unit_of_work
from app.web.urls import safe_next

log = structlog.get_logger(__name__)

# Signatures only the provider can make; `none` and shared secrets are never accepted.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"})
TIMEOUT_S = 5


def register_oidc(app: Flask, settings: OidcSettings) -> None:
    """Prepare the client; the provider is asked for its description when first needed."""
    if not settings.issuer:
        return
    from authlib.integrations.flask_client import OAuth

    oauth = OAuth(app)
    oauth.register(
        "oidc",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.scope,
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_S,
        },
    )
    app.extensions["oidc"] = oauth.oidc


@blueprint.get("/sign-in/oidc")
@public("nobody is signed in yet")
def oidc_start() -> ResponseReturnValue:
    """Send the person to the provider, with state, nonce and PKCE."""
    from requests.exceptions import RequestException

    session["oidc_next"] = safe_next(request.args.get("next"), url_for("house.home"))
    try:
        _checked_metadata()
        answer: ResponseReturnValue = _client().authorize_redirect(
            _callback_address(), **_wanted_strength(house().settings.oidc)
        )
    except RequestException as error:
        raise _unreachable() from error
    return answer


@blueprint.get("/sign-in/oidc/callback")
@public("the identity provider sends people here")
def oidc_callback() -> ResponseReturnValue:
    """Check what the provider says and open a session."""
    from authlib.integrations.base_client.errors import OAuthError
    from joserfc.errors import JoseError

    settings = house().settings.oidc
    target = safe_next(session.get("oidc_next"), url_for("house.home"))
    try:
        # Nobody is signed in yet: the language is that of the page the person came from.
        now, locale = current_clock().now(), get_locale()
        identity = identity_of(_claims(settings), settings, now, locale)
        with open_unit_of_work() as uow:
            token = sign_in_identity(identity, settings, device_of(request), uow, current_clock())
    except Forbidden as error:
        log.warning("oidc_refused", code=error.code)
        return refused_page(target, str(error.message), 403)
    except (OAuthError, JoseError, ValueError) as error:
        # The kind is enough: descriptions of the provider may name people.
        log.warning("oidc_failed", kind=type(error).__name__)
        return refused_page(target, _("The sign-in did not succeed. Try again."), 403)
    begin_session(token)
    return redirect(target, code=303)


def _wanted_strength(settings: OidcSettings) -> dict[str, Any]:
    """Return what the provider is asked of the way to sign in; the token is checked for it too."""
    wanted: dict[str, Any] = {}
    if settings.acr_values:
        wanted["acr_values"] = " ".join(settings.acr_values)
    if settings.max_age_minutes:
        wanted["max_age"] = settings.max_age_minutes * 60
    return wanted


def _claims(settings: OidcSettings) -> dict[str, Any]:
    """Exchange the code and return the claims of a token that is genuine, ours and fresh."""
    from requests.exceptions import RequestException

    try:
        _checked_metadata()
        token = _client().authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "sub": {"essential": True},
            }
        )
    except RequestException as error:
        raise _unreachable() from error
    claims = token.get("userinfo")
    if not claims:
        raise ValueError("no identity token")
    return dict(claims)


def _checked_metadata() -> None:
    """Refuse a description that speaks for another issuer or offers weak signatures."""
    metadata = _client().load_server_metadata()
    issuer = house().settings.oidc.issuer
    if metadata.get("issuer") != issuer:
        raise Forbidden(
            "oidc_issuer", _l("The sign-in service is not set up well. Tell your administrator.")
        )
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = sorted(ALGORITHMS.intersection(offered))


def _client() -> Any:
    client = current_app.extensions.get("oidc")
    if client is None:
        raise NotFound
    return client


def _callback_address() -> str:
    # From the settings, not from the Host header, which a client writes.
    return house().settings.base_url + url_for("auth.oidc_callback")


def _unreachable() -> Unavailable:
    return Unavailable(
        "oidc_unreachable",
        _l("The sign-in service does not answer. Try again in a moment."),
    )
