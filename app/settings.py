"""Operator settings: read once from the environment, typed, validated, never changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env
from environs.exceptions import EnvError, EnvValidationError
from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.auth.roles import Role
from app.i18n import LOCALES

DEVELOPMENT_SECRET = "development-only-secret-change-me"  # noqa: S105 # doctor refuses it


DATABASES = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}
HOME = "http://127.0.0.1:8000"


class Environment(StrEnum):
    """Where the application runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"
    TEST = "test"


class SettingsError(ValueError):
    """The environment holds a value the application cannot use; the text says which and why."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Single sign-on by OpenID Connect; off while `issuer` is empty."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    label: str = "Single sign-on"
    scope: str = "openid email profile"
    # Entra ID: `oid` is the person across applications; elsewhere `sub`.
    subject_claim: str = "sub"
    # Ways to sign in the provider must vouch for (`acr`), such as one with two factors; empty: any.
    acr_values: tuple[str, ...] = ()
    # How old a sign-in at the provider may be; 0: as old as the provider allows.
    max_age_minutes: int = 0
    # When set, the claim `tid` must be this tenant.
    tenant: str = ""
    groups_claim: str = "groups"
    role_map: Mapping[str, str] | None = None
    # Whether people who come in for the first time see the whole estate or nothing yet.
    sees_everything: bool = False


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mail leaves the house."""

    backend: str = "console"
    sender: str = "intendant@localhost"
    host: str = "localhost"
    port: int = 25
    username: str = ""
    password: str = ""
    starttls: bool = False


@dataclass(frozen=True, slots=True)
class MapSettings:
    """Base map: own outlines only, an operator's tile archive, or an official service."""

    tiles_file: str = ""
    wmts_url: str = ""
    attribution: str = ""

    @property
    def service_url(self) -> str:
        """The service browsers ask for tiles; empty when the map shows something else."""
        return self.wmts_url if self.attribution and not self.tiles_file else ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator decides; `.env.example` explains each line."""

    environment: Environment
    secret_key: str
    instance_dir: Path
    database_url: str
    base_url: str
    default_locale: str
    organisation: str
    log_format: str
    log_level: str
    session_idle_minutes: int
    session_absolute_hours: int
    rate_limit_per_minute: int
    rate_limit_anonymous_per_minute: int
    jobs_inline: bool
    metrics_token: str
    audit_key: str
    audit_anchor: Path
    # Where backups are made by themselves, and how far apart; nowhere: none are.
    backup_dir: Path | None
    backup_minutes: int
    upload_limit_mib: int
    export_rows_at_once: int
    trusted_proxies: int
    demo_accounts: bool
    mail: MailSettings
    oidc: OidcSettings
    map: MapSettings

    @property
    def is_production(self) -> bool:
        """Tell whether unsafe defaults must be refused."""
        return self.environment is Environment.PRODUCTION

    @property
    def files_dir(self) -> Path:
        """Return the folder of attachments."""
        return self.instance_dir / "files"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment (and a `.env` file when none is given).

    Raises SettingsError naming each wrong variable.
    """
    env = Env(eager=False, prefix="INTENDANT_")
    if environ is None:
        env.read_env(".env", recurse=False)
        return _parse(env)
    saved = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        return _parse(env)
    finally:
        os.environ.clear()
        os.environ.update(saved)


def _parse(env: Env) -> Settings:
    instance = Path(env.str("INSTANCE_DIR", "instance")).absolute()
    settings = Settings(
        environment=Environment(
            env.str("ENV", "development", validate=OneOf([e.value for e in Environment]))
            or "development"
        ),
        secret_key=env.str("SECRET_KEY", DEVELOPMENT_SECRET),
        instance_dir=instance,
        database_url=env.str("DATABASE_URL", "", validate=_is_database)
        or f"sqlite:///{instance / 'intendant.sqlite3'}",
        base_url=(env.str("BASE_URL", HOME, validate=_is_address) or HOME).rstrip("/"),
        default_locale=env.str("LOCALE", "fr", validate=OneOf(LOCALES)) or "fr",
        organisation=env.str("ORGANISATION", "CPAS · OCMW"),
        log_format=env.str("LOG_FORMAT", "console", validate=OneOf(["console", "json"])),
        log_level=(env.str("LOG_LEVEL", "INFO", validate=_is_level) or "INFO").upper(),
        session_idle_minutes=env.int("SESSION_IDLE_MINUTES", 30, validate=Range(1, 1440)),
        session_absolute_hours=env.int("SESSION_ABSOLUTE_HOURS", 12, validate=Range(1, 168)),
        rate_limit_per_minute=env.int("RATE_LIMIT_PER_MINUTE", 600, validate=Range(0, 100_000)),
        rate_limit_anonymous_per_minute=env.int(
            "RATE_LIMIT_ANONYMOUS_PER_MINUTE", 300, validate=Range(0, 100_000)
        ),
        jobs_inline=env.bool("JOBS_INLINE", False),
        metrics_token=env.str("METRICS_TOKEN", ""),
        audit_key=env.str("AUDIT_KEY", ""),
        audit_anchor=Path(env.str("AUDIT_ANCHOR", "") or instance / "audit-anchor.txt").absolute(),
        backup_dir=_folder(env.str("BACKUP_DIR", "")),
        backup_minutes=env.int("BACKUP_MINUTES", 15, validate=Range(15, 1440)),
        upload_limit_mib=env.int("UPLOAD_LIMIT_MIB", 64, validate=Range(1, 1024)),
        export_rows_at_once=env.int("EXPORT_ROWS_AT_ONCE", 2_500, validate=Range(0, 1_000_000)),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=Range(0, 5)),
        demo_accounts=env.bool("DEMO_ACCOUNTS", False),
        mail=_mail(env),
        oidc=_oidc(env),
        map=MapSettings(
            tiles_file=env.str("MAP_TILES_FILE", ""),
            wmts_url=env.str("MAP_WMTS_URL", ""),
            attribution=env.str("MAP_ATTRIBUTION", ""),
        ),
    )
    try:
        env.seal()
    except EnvValidationError as error:
        raise SettingsError("; ".join(_each_wrong(error))) from error
    except EnvError as error:
        raise SettingsError(str(error)) from error
    return settings


def _folder(path: str) -> Path | None:
    return Path(path).absolute() if path else None


def _is_database(address: str) -> None:
    """Refuse what names no database the house works on; the address may hold a password."""
    if not address:
        return
    try:
        kind = make_url(address).drivername
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in DATABASES:
        raise ValidationError(
            "No address of a database: write sqlite:///path or postgresql+psycopg://user@host/name."
        )


def _is_address(address: str) -> None:
    """Refuse what nobody can type into a browser; links in mails begin with it."""
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValidationError("No address people can type: write https://intendant.example.org.")


def _is_level(level: str) -> None:
    if level and level.upper() not in logging.getLevelNamesMapping():
        raise ValidationError("No level of a log: write DEBUG, INFO, WARNING or ERROR.")


def _is_role_map(text: str) -> None:
    """Refuse at start what would keep people out when they sign in."""
    for group, role in _pairs(text):
        if not group or role not in set(Role):
            raise ValidationError(
                f"“{group}={role}” gives no role: write group=role,group=role with roles such as"
                f" {Role.PROPERTY_DIRECTOR}; docs/roles_permissions.md names them all."
            )


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in filter(None, text.split(",")):
        group, _, role = pair.partition("=")
        yield group.strip(), role.strip()


def _each_wrong(error: EnvValidationError) -> Iterator[str]:
    messages = error.error_messages
    if isinstance(messages, Mapping):
        for name, words in sorted(messages.items()):
            yield f"{name}: {' '.join(map(str, words))}"
    else:
        yield " ".join(messages)


def _mail(env: Env) -> MailSettings:
    return MailSettings(
        backend=env.str("MAIL_BACKEND", "console", validate=OneOf(["console", "smtp", "null"])),
        sender=env.str("MAIL_SENDER", "intendant@localhost"),
        host=env.str("SMTP_HOST", "localhost"),
        port=env.int("SMTP_PORT", 25, validate=Range(1, 65535)),
        username=env.str("SMTP_USERNAME", ""),
        password=env.str("SMTP_PASSWORD", ""),
        starttls=env.bool("SMTP_STARTTLS", False),
    )


def _oidc(env: Env) -> OidcSettings:
    return OidcSettings(
        issuer=env.str("OIDC_ISSUER", ""),
        client_id=env.str("OIDC_CLIENT_ID", ""),
        client_secret=env.str("OIDC_CLIENT_SECRET", ""),
        label=env.str("OIDC_LABEL", "Single sign-on"),
        scope=env.str("OIDC_SCOPE", "openid email profile"),
        subject_claim=env.str("OIDC_SUBJECT_CLAIM", "sub"),
        acr_values=tuple(env.str("OIDC_ACR_VALUES", "").split()),
        max_age_minutes=env.int("OIDC_MAX_AGE_MINUTES", 0, validate=Range(min=0)),
        tenant=env.str("OIDC_TENANT", ""),
        groups_claim=env.str("OIDC_GROUPS_CLAIM", "groups"),
        role_map=dict(_pairs(env.str("OIDC_ROLE_MAP", "", validate=_is_role_map) or "")),
        sees_everything=env.bool("OIDC_SEES_EVERYTHING", False),
    )
