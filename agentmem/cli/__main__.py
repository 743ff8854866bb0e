"""`python -m agentmem.cli`: the same as `agentmem`."""

from agentmem.cli.entry import main

main()
