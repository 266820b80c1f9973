"""Run the scheduler inside the web process: for demos on one process only."""

import threading

from flask import Flask

from app.jobs.scheduler import Scheduler
from app.web.context import house


def start_inline(app: Flask) -> Scheduler:
    """Start the scheduler on a thread; its jobs run on that thread, one after the other."""
    scheduler = Scheduler(house(app), in_process=True)
    threading.Thread(target=scheduler.run, name="scheduler", daemon=True).start()
    return scheduler
