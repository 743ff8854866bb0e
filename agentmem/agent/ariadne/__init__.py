"""Ariadne: the agent of the AriGraph paper, as a policy over any memory and any language.

Anokhin et al., "AriGraph: Learning Knowledge Graph World Models with Episodic Memory
for LLM Agents", 2024, arXiv 2407.04363 (IJCAI 2025), section 3.4.
"""
