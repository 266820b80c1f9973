"""What is done: work orders, technicians, visits, and the tablet they work on."""
