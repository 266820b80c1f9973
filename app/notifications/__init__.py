"""Telling people: in the page, and by mail unless they chose otherwise.

```python
ASSIGNED = NotificationKind("interventions.assigned", _l("An order is assigned to me"))
# module.py: Module(..., notification_kinds=(ASSIGNED,))
notify(
    Notice(ASSIGNED, _l("Order %(number)s is yours", number=order.number), url=f"/work-orders/…"),
    [technician.user_id], uow, clock,
)
```
"""

from app.notifications.kinds import Notice, NotificationKind
from app.notifications.services import notify

__all__ = ["Notice", "NotificationKind", "notify"]
