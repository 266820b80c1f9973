"""People, rights and sign-in."""
