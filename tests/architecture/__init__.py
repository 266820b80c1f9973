"""The guard tests: they keep the shape of the house (see docs/house.md)."""
