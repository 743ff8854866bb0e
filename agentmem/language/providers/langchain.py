"""What everybody who uses a client of LangChain must know: what the errors of the provider behind it say."""

from __future__ import annotations

from agentmem.language.providers.errors import Complaint

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
