"""The application as a web server loads it."""

import gc

from app import create_app
from app.jobs.inline import start_inline
from app.settings import load_settings
from app.web.static_files import serve_static_files

settings = load_settings()
app = create_app(settings)
serve_static_files(app)
if settings.jobs_inline:
    start_inline(app)

# What start-up made lives as long as the process: the collector need not look at it again. A page
# makes some ten thousand objects that die with it: looking after every 700 finds next to nothing.
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 50, 100)
