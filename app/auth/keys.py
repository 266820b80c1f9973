"""Secrets we hand out: long, random, kept only as a hash."""

import hashlib
import secrets


def make_secret(prefix: str = "") -> str:
    """Make an unguessable text of 256 bits, with a prefix that tells what it is for."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Hash a secret for storage; it is long and random, so one round is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
