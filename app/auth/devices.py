"""Devices people signed in on before, told by a signed cookie (OWASP: device cookies).

The cookie opens nothing. It only lets guesses from a known device be counted apart from those of
strangers, so that a stranger cannot lock the owner out.
"""

from __future__ import annotations

import secrets

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.auth.commands import Device

COOKIE = "intendant_device"
LIVES_S = 400 * 24 * 3600


def device_of(incoming: Request) -> Device:
    """Describe where a request comes from, with the account its device is known for."""
    email, nonce = _read(incoming.cookies.get(cookie_name(), ""))
    return Device(
        address=incoming.remote_addr or "",
        user_agent=incoming.user_agent.string,
        email=email,
        nonce=nonce,
    )


def remember_device(response: Response, device: Device, email: str) -> None:
    """Give the browser the cookie of a device on which an account signed in."""
    nonce = device.nonce_for(email) or secrets.token_hex(16)
    response.set_cookie(
        cookie_name(),
        str(_serializer().dumps([email, nonce])),
        max_age=LIVES_S,
        httponly=True,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        samesite="Lax",
    )


def cookie_name() -> str:
    """Name the cookie so that browsers refuse it from any other host (over https)."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _read(cookie: str) -> tuple[str, str]:
    try:
        email, nonce = _serializer().loads(cookie)
    except (BadSignature, ValueError, TypeError):
        return "", ""
    return str(email), str(nonce)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="known-device")
