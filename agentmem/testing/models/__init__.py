"""A scripted model behind a real HTTP server, its faults, and trials of memories under them."""
