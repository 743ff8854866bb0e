"""Who pays for calls, and what they come to: passed along while a memory is at work."""
