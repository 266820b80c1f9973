"""Reading: orders, the dispatcher's board, the technician's day."""
