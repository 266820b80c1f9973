"""Render a template to PDF, tagged for screen readers, fetching nothing from anywhere."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from threading import Lock
from typing import Any

from app.i18n import get_locale
from app.reports.environment import report_environment

# The libraries that set type and draw are not made for several threads at once.
_ONE_AT_A_TIME = Lock()
STYLE = Path(__file__).parent / "print.css"


def render_html(template: str, **context: Any) -> str:
    """Render a report's template in the present language, for a preview or a test."""
    return (
        report_environment()
        .get_template(template)
        .render(locale=get_locale(), style=STYLE.read_text(encoding="utf-8"), **context)
    )


def render_pdf(template: str, **context: Any) -> bytes:
    """Render a report as PDF/UA-1: tagged, with its language and title; takes about a second.

    Pictures are given as `data:` addresses (see `picture`); anything else is not fetched.
    """
    # Importing WeasyPrint takes 1.3 s, so it is imported by the first report.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=("data",))
    html = render_html(template, **context)
    with _ONE_AT_A_TIME:
        page = HTML(string=html, url_fetcher=fetcher)
        return bytes(page.write_pdf(pdf_variant="pdf/ua-1", optimize_images=True))


def picture(content: bytes, media_type: str) -> str:
    """Return a picture as an address a report can show."""
    return f"data:{media_type};base64,{b64encode(content).decode()}"
