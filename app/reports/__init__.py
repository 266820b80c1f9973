"""Letters, lists and reports as PDF, from templates; works in a job as in a request.

`render_pdf("reports/letter.html", subject=…, …)` speaks the present language: a letter is made
inside `use_locale(person.locale)`. Templates extend `reports/base.html`, `reports/letter.html` or
`reports/landscape.html`, in the house or in any module.
"""

from app.reports.pdf import render_html, render_pdf

__all__ = ["render_html", "render_pdf"]
