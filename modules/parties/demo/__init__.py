"""The people of the demo estate: invented out of lists of names; none of them exists."""
