"""A person's right to see and to be forgotten, and how long each kind of data is kept.

A module says what it holds in `Module.privacy`:

```python
# modules/parties/module.py
privacy=(
    PersonKind("party", _l("Person"), find_person),       # (actor, session, id) -> PersonRef | None
    PersonalData("parties.parties", _l("Identity, contact, stays"), disclose, erase),
    PersonalTexts(Outage, (Outage.title,)),                # texts in which anybody may be named
    RetentionRule("tickets.closed", _l("Closed tickets: the person"), months=60,
                  source="…", forget=forget_callers),     # (before, uow, clock) -> rows
)
```
"""

from app.privacy.hooks import (
    BY_RETENTION,
    PersonalData,
    PersonalTexts,
    PersonKind,
    PersonRef,
    Privacy,
    RetentionRule,
)

__all__ = [
    "BY_RETENTION",
    "PersonKind",
    "PersonRef",
    "PersonalData",
    "PersonalTexts",
    "Privacy",
    "RetentionRule",
]
