"""What everybody who uses a client of LangChain must know: what it is called, its keys, and what its errors say."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import SecretStr

from agentmem.language.providers.errors import Complaint, Provider

MODEL = ("model_name", "model", "model_id", "deployment", "azure_deployment", "repo_id")
"""Attributes by which LangChain's classes name their model, the most usual first."""
STATUS = {
    "ModelAuthenticationError": 401,
    "ModelPermissionDeniedError": 403,
    "ModelNotFoundError": 404,
    "ModelRateLimitError": 429,
    "ModelAPIError": 500,
    "ModelInvalidRequestError": 400,
    "ContextOverflowError": 413,
}
"""What LangChain's own errors stand for, where the provider's says no status."""


def named_after(client: object) -> str:
    """Return `langchain:CLASS:MODEL`, as far as the client says what its model is."""
    return f"langchain:{type(client).__name__}:{said_of(client, MODEL)}".rstrip(":")


def said_of(client: object, names: Sequence[str]) -> str:
    """Return the first of these attributes that is there, as a word."""
    values = (getattr(client, name, None) for name in names)
    return next((str(value) for value in values if isinstance(value, str | int) and value), "")


def provider_of(client: object, name: str, *, instead: str) -> Provider:
    """Return who is asked by a client; its keys are what is never passed on."""
    secrets = tuple(one for one in getattr(client, "__dict__", {}).values() if isinstance(one, SecretStr))
    return Provider(name, "the provider", "the variable it reads its key from", instead, secrets)


def complaint_in(error: Exception) -> Complaint | None:
    """Return what a provider's client said over HTTP; None where it did not come to that."""
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if not isinstance(status, int):
        status = next((STATUS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in STATUS), None)
    if status is None or status < 400:
        return None
    headers = {str(name).lower(): str(value) for name, value in dict(getattr(response, "headers", None) or {}).items()}
    return Complaint(status, str(error), str(getattr(error, "code", None) or ""), headers)
