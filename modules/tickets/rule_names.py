"""What files call priorities and problems: by key, or by any name they bear or bore."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import LOCALES
from app.tabular.normalise import normalise
from modules.tickets.enums import RuleKind
from modules.tickets.models import TicketRule
from modules.tickets.rulebook import Category, Rules
from modules.tickets.rules import load_rules, proposed_rules, rule_of

Keys = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class RuleNames:
    """The keys a name may mean; `rules` are the latest stated, also those that hold later."""

    rules: Rules
    priorities: Keys
    categories: Keys

    def priority(self, text: str) -> str | None:
        """Return the key of a priority, None when the name is unknown or means several."""
        return _only(self.priorities, text)

    def category(self, text: str) -> str | None:
        """Return the key of a problem, by its name or by place › kind › problem."""
        return _only(self.categories, text)


def load_rule_names(session: Session) -> RuleNames:
    """Gather every name in the three languages, those of earlier versions included.

    A file written before a name was changed is still read.
    """
    rules = load_rules(session, date.max)
    states = select(TicketRule).where(TicketRule.archived_at.is_(None))
    priorities, categories = _named(rules)
    for version in session.scalars(states.order_by(TicketRule.valid_from, TicketRule.id)):
        known = {RuleKind.PRIORITY: priorities, RuleKind.CATEGORY: categories}.get(version.kind)
        if known is not None:
            _add(known, version.key, rule_of(version).name.values())
    for key, proposal in proposed_rules().priorities.items():
        _add(priorities, key, proposal.name.values())
    return RuleNames(rules, _frozen(priorities), _frozen(categories))


def _named(rules: Rules) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    priorities: dict[str, set[str]] = defaultdict(set)
    categories: dict[str, set[str]] = defaultdict(set)
    for key, priority in rules.priorities.items():
        _add(priorities, key, (key, *priority.name.values()))
    for key in _choices(rules.categories.values()):
        paths = (rules.label_of(key, locale) for locale in LOCALES)
        _add(categories, key, (key, *rules.categories[key].name.values(), *paths))
    return priorities, categories


def _choices(categories: Iterable[Category]) -> list[str]:
    """Leave out headings: a ticket bears a problem, retired or not."""
    return [one.key for one in categories if one.priority_key]


def _add(known: dict[str, set[str]], key: str, names: Iterable[str]) -> None:
    for name in names:
        known[normalise(name)].add(key)


def _frozen(known: Mapping[str, set[str]]) -> Keys:
    return {name: frozenset(keys) for name, keys in known.items()}


def _only(known: Keys, text: str) -> str | None:
    found = known.get(normalise(text), frozenset())
    return next(iter(found)) if len(found) == 1 else None
