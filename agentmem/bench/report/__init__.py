"""The report of a grid: one HTML file that needs no network, each figure linked to the cells it came from."""
