"""What keeps people from coming in through the identity provider, in words for an operator."""

from __future__ import annotations

from app.settings import OidcSettings

# An operator waits for it.
TIMEOUT_S = 3


def oidc_faults(settings: OidcSettings) -> list[str]:
    """Ask the provider for its description, as the first sign-in would; nothing when all is well.

    Single sign-on that nobody named has no faults.
    """
    if not settings.issuer:
        if settings.client_id:
            return ["INTENDANT_OIDC_CLIENT_ID is not used: INTENDANT_OIDC_ISSUER is empty."]
        return []
    faults = [] if settings.client_id else ["INTENDANT_OIDC_CLIENT_ID is empty: set it."]
    told = _told_of(settings.issuer)
    return faults + ([told] if told else [])


def _told_of(issuer: str) -> str:
    from requests import RequestException, get

    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    check = "check INTENDANT_OIDC_ISSUER"
    try:
        answer = get(address, timeout=TIMEOUT_S)
        if not answer.ok:
            return f"{address} answers {answer.status_code}: {check}."
        said = answer.json()
    except ValueError:
        return f"{address} does not answer as an identity provider: {check}."
    except RequestException as error:
        return f"{address} cannot be reached ({type(error).__name__}): {check}."
    named = said.get("issuer") if isinstance(said, dict) else None
    if named != issuer:
        return f"{address} speaks for {named}, not for {issuer}: {check}."
    return ""
