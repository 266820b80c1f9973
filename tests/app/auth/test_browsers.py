"""Browsers carry the names of those they descend from; people know theirs by one."""

import pytest

from app.auth.browsers import say_browser


@pytest.mark.parametrize(
    ("says", "is_called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari, iPad"),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("tenant-app/2", "tenant-app/2"),
        ("", "–"),
    ],
)
def test_a_browser_and_its_system_are_named(says, is_called):
    assert say_browser(says) == is_called
