"""Other memories beside ours, each in an environment of its own, on the same words: see `side_by_side.py`.

What is under `drivers/`, and `served.py`, runs inside a peer's environment, where agentmem is not installed.
"""
