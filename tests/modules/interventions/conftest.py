"""Callers are written to in their own language, so the catalogues must be there."""

import pytest

from app.i18n import load_catalogues
from app.registry import find_modules


@pytest.fixture(scope="session", autouse=True)
def _catalogues() -> None:
    load_catalogues(module.folder / "translations" for module in find_modules())
