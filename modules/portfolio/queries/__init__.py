"""Reading: every list and sheet of places, restricted to what the actor sees."""
