"""Conformance kits to inherit: MemoryContract, StoreContract, EnvironmentContract, EvaluationContract."""
