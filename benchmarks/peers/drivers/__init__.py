"""One driver a peer: how it is told what was said, and asked; run inside its environment as `python -m`."""
