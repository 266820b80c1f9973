"""Telling people: in the page, and by mail unless they chose otherwise.

```python
ASSIGNED = NotificationKind("interventions.assigned", _l("An order is assigned to me"))
# module.py: Module(..., notification_kinds=(ASSIGNED,))
notify(
    Notice(ASSIGNED, _l("Order %(number)s is yours", number=order.number), url=f"/work-orders/…"),
    [technician.user_id], uow, clock,
)
uow.publish(News(notice, OrderPermission.ASSIGN, places), actor, clock)  # to all who may act on it
```
"""

from app.notifications.audience import News, who_sees
from app.notifications.kinds import Notice, NotificationKind
from app.notifications.services import is_wanted, notify

__all__ = ["News", "Notice", "NotificationKind", "is_wanted", "notify", "who_sees"]
