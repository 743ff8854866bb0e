"""Evaluations: what is measured, on which data, how it is shown."""
