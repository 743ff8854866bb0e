"""Reading conversations: `reading.py` opens a file and tells its format; each format has a module of its own."""
