"""Chat models: asked in the strictest form they take, read with tolerance, mended once."""
