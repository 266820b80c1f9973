"""What people report: calls, tickets, deadlines, outages, and what they are told."""
