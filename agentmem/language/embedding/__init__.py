"""Embedders: texts into unit vectors, on this machine or over HTTP."""
