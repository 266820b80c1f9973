"""Reading: tickets, what stands beside them, outages."""
