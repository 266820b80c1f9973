"""What is done with the land: permit procedures, and the development works that follow them."""
