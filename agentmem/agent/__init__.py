"""The agent: contracts of environment and policy, the loop, trajectories and replay."""
