"""The application as a web server loads it."""

import gc
import os

# Nothing start-up makes is garbage; to look for some took a seventh of it. `settle` looks again.
gc.disable()
# Database, attachments, backups, the anchor: what we write is nobody else's on this machine.
os.umask(0o077)

from app import create_app
from app.jobs.inline import is_web_process, start_inline
from app.safety import refuse_unsafe
from app.settings import SettingsError, load_settings
from app.web.collector import settle
from app.web.context import house
from app.web.static_files import serve_static_files

try:
    settings = load_settings()
except SettingsError as error:
    raise SystemExit(f"Intendant does not start with these settings: {error}") from error
if not os.environ.get("FLASK_RUN_FROM_CLI"):
    refuse_unsafe(settings)
app = create_app(settings)
serve_static_files(app)
if settings.jobs_inline and is_web_process():
    start_inline(house(app))
settle(app)
