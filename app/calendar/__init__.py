"""One calendar service: working hours, holidays, on-call hours, deadlines."""
