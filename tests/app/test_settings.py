"""What an operator wrote wrongly is said by its name at start, not when somebody meets it."""

from __future__ import annotations

import pytest

from app.settings import HOME, SettingsError, load_settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("BASE_URL", "intendant.example.org", "No address people can type"),
        ("BASE_URL", "https://", "No address people can type"),
        ("OIDC_ROLE_MAP", "everybody", "“everybody=” gives no role"),
        ("OIDC_ROLE_MAP", "staff=analyst, chiefs=directors", "“chiefs=directors” gives no role"),
        ("OIDC_ROLE_MAP", "=analyst", "gives no role"),
        ("UPLOAD_LIMIT_MIB", "much", "UPLOAD_LIMIT_MIB"),
        ("LOCALE", "de", "LOCALE"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({f"INTENDANT_{name}": value})
    assert f"INTENDANT_{name}: " in str(refused.value)
    assert said in str(refused.value)


def test_every_wrong_value_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"INTENDANT_LOG_LEVEL": "LOUD", "INTENDANT_SMTP_PORT": "0"})
    assert "INTENDANT_LOG_LEVEL: " in str(refused.value)
    assert "INTENDANT_SMTP_PORT: " in str(refused.value)


def test_an_empty_line_is_as_none() -> None:
    lines = ("LOG_LEVEL", "BASE_URL", "OIDC_ROLE_MAP", "DATABASE_URL")
    settings = load_settings({f"INTENDANT_{name}": "" for name in lines})
    assert (settings.log_level, settings.base_url) == ("INFO", HOME)
    assert settings.oidc.role_map == {}


def test_what_is_right_is_taken() -> None:
    settings = load_settings(
        {
            "INTENDANT_LOG_LEVEL": "debug",
            "INTENDANT_BASE_URL": "https://intendant.example.org/",
            "INTENDANT_OIDC_ROLE_MAP": "staff = analyst,/chiefs=property_director,",
        }
    )
    assert settings.log_level == "DEBUG"
    assert settings.base_url == "https://intendant.example.org"
    assert settings.oidc.role_map == {"staff": "analyst", "/chiefs": "property_director"}
