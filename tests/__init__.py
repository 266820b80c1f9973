"""Every test of Intendant."""
