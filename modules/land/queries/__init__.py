"""Questions about procedures and works."""
