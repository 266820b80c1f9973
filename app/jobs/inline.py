"""Run the scheduler inside the web process: for demos on one process only."""

import threading

from app.house import House
from app.jobs.scheduler import Scheduler


def start_inline(house: House) -> Scheduler:
    """Start the scheduler on a thread; its jobs run on that thread, one after the other."""
    scheduler = Scheduler(house, in_process=True)
    threading.Thread(target=scheduler.run, name="scheduler", daemon=True).start()
    return scheduler
