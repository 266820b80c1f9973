"""Passwords: Argon2id, 19 MiB or more (OWASP ASVS 5.0 V11.4.2), rehashed as parameters grow."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)
# Verified when the account does not exist, so that both answers take the same time. Hashed once and
# for all, with the parameters above: made anew, it took a sixth of a second of every process.
_DECOY = (
    "$argon2id$v=19$m=65536,t=3,p=2$SiiH1p6UX22JZAlnhdLo0w"
    "$Uyen2lthOzgAZJfLLP6THVlrSNk5/ClODQtJUVdPdhI"
)


def hash_password(password: str) -> str:
    """Hash a password with a fresh salt."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Compare a password with a stored hash, in the same time when there is none."""
    try:
        _hasher.verify(stored or _DECOY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)
