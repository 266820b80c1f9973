"""Reading: parties as far as the actor sees them."""
