"""One calendar: working hours, holidays, on-call hours and the deadlines counted on them."""
