"""Where one event ends and the next begins, in a stream of steps or turns.

A boundary is set where the present is surprising given what came just before
(EM-LLM, Fountas et al. 2024, arXiv 2407.09450, section 3.2). Shared by the
memories that cut their stream into events. Pure: no graph, no model.
"""
