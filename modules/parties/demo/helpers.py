"""Who looks after tenants of the demo: social workers, guardians, family who answer for them."""

from __future__ import annotations

from datetime import date
from random import Random

from modules.parties.demo.names import InventedPerson
from modules.parties.enums import Language, Relation

# Invented: the social workers of the office, and lawyers who are guardians of many.
SOCIAL_WORKERS = (
    ("Fatou", "Ndiaye", Language.FRENCH),
    ("Geert", "Moens", Language.DUTCH),
    ("Inès", "Collard", Language.FRENCH),
    ("Samira", "El Amrani", Language.FRENCH),
    ("Lien", "Baert", Language.DUTCH),
    ("Quentin", "Lambrecht", Language.FRENCH),
)
GUARDIANS = (
    ("Édith", "Vanhove", Language.FRENCH),
    ("Koen", "Desmedt", Language.DUTCH),
    ("Marianne", "Delvigne", Language.FRENCH),
)
OLD = 75
# How often somebody is looked after, by young and by old.
SHARES = {
    Relation.SOCIAL_WORKER: (0.14, 0.18),
    Relation.GUARDIAN: (0.02, 0.08),
    Relation.CONTACT: (0.01, 0.30),
}


def drawn_helpers(chance: Random, tenant: InventedPerson, today: date) -> list[Relation]:
    """Draw who looks after a tenant: one or none of each kind, of old people more often."""
    is_old = (today - tenant.birth_date).days >= OLD * 365
    return [kind for kind, shares in SHARES.items() if chance.random() < shares[is_old]]
