"""The application as a web server loads it."""

from app import create_app
from app.jobs.inline import start_inline
from app.settings import load_settings

settings = load_settings()
app = create_app(settings)
if settings.jobs_inline:
    start_inline(app)
