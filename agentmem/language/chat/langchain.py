"""Any chat model of LangChain as a chat model of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr, ValidationError

from agentmem.errors import (
    FormRefused,
    InvalidInput,
    LanguageError,
    LanguageMisconfigured,
    LanguageUnavailable,
    MissingExtra,
)
from agentmem.language.chat.contract import End, Form, Reply, Request
from agentmem.language.chat.schemas import schema_of
from agentmem.language.providers.errors import Complaint, Provider, error_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import RunnableConfig

ENDS: Mapping[str, End] = {
    "length": "cut",
    "max_tokens": "cut",
    "model_length": "cut",
    "content_filter": "filtered",
    "safety": "filtered",
    "prohibited_content": "filtered",
    "guardrail_intervened": "filtered",
    "refusal": "refused",
}
"""How providers say that a reply ended, where that was not by itself."""
REASONS = ("finish_reason", "stop_reason", "done_reason", "stopReason")
"""Where they say it."""
LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "num_predict")
"""How LangChain's classes call the most tokens that are written."""
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
RAISED: Mapping[str, End] = {
    "LengthFinishReasonError": "cut",
    "ContentFilterFinishReasonError": "filtered",
    "ModelRefusalError": "refused",
    "IndexError": "refused",
}
"""Ends that clients raise; the last is that of a reply without a choice."""


class LangChainChat:
    """A LangChain chat model, asked with its own structured output where it has one.

    How long answers may be, the temperature and the key are the model's own settings; so are its
    retries, which should be 0 (`max_retries=0`): what it tries again by itself is not counted.

    Args:
        model: The model.
        id: What it is called; by default after its class and its model.

    Attributes:
        longest: The most tokens it writes by its own settings, whatever a request says; 0 where those say nothing.
    """

    def __init__(self, model: BaseChatModel, *, id: str = "") -> None:  # noqa: A002 - as in `Chat`
        self.id = id or _id_of(model)
        self.forms: tuple[Form, ...] = ("schema", "text") if _has_structured_output(model) else ("text",)
        self._model = model
        self._limit = next((name for name in LIMITS if hasattr(model, name)), "")
        own = getattr(model, self._limit, None) if self._limit else None
        self.longest = own if isinstance(own, int) else 0
        secrets = tuple(one for one in vars(model).values() if isinstance(one, SecretStr))
        self._provider = Provider(self.id, "the provider", "the variable it reads its key from", secrets=secrets)
        self._asking: dict[tuple[type[BaseModel] | None, int], Any] = {}

    def complete(self, request: Request) -> Reply:
        """Make one call; callbacks see it under the name of its task."""
        config: RunnableConfig = {
            "run_name": request.name,
            "tags": ["agentmem"],
            "metadata": {
                "agentmem_task": request.name,
                **{f"agentmem_{name}": value for name, value in request.metadata.items()},
            },
        }
        messages = [(one.role, one.text) for one in request.messages]
        try:
            said = self._runnable(request).invoke(messages, config)
        except Exception as error:  # noqa: BLE001 - each provider raises its own
            if type(error).__name__ in RAISED:
                return _reply_in(error)
            complaint = complaint_in(error)
            if complaint is None:
                raise self._meaning(error, request.form) from None  # an address may hold the key
            raise error_of(complaint, self._provider, form=request.form) from None  # its own words may repeat the key
        return _reply(said["raw"] if request.form == "schema" else said)

    def check(self) -> None:
        """Do nothing: LangChain has no way to find out without an answer being made."""

    def _runnable(self, request: Request) -> Any:
        """Return what is asked: made once for each shape, since that takes longer than the rest."""
        output = request.output if request.form == "schema" else None
        key = (output, request.max_tokens)
        if key not in self._asking:
            model = self._limited(request.max_tokens)
            self._asking[key] = model if output is None else _structured(model, output)
        return self._asking[key]

    def _limited(self, max_tokens: int) -> BaseChatModel:
        """Return the model with a limit, if it knows one and has none of its own."""
        if self._limit and getattr(self._model, self._limit) is None:
            return self._model.model_copy(update={self._limit: max_tokens})
        return self._model

    def _meaning(self, error: Exception, form: Form) -> LanguageError:
        """Return what an error of some provider's client comes to; an unknown one waits, so that nothing is lost."""
        if isinstance(error, NotImplementedError) and form != "text":
            return FormRefused(f"{self.id} cannot be asked for {form}")
        if isinstance(error, AttributeError) and "'str' object" in str(error):  # the client takes a page for a reply
            return error_of(Complaint(200, "<"), self._provider)
        return LanguageUnavailable(f"{self.id} failed ({type(error).__name__}); it is asked again later")


def langchain_chat(argument: str) -> LangChainChat:
    """Return the chat of what is typed after `langchain:`, which is `PROVIDER:MODEL` as `init_chat_model` takes it.

    Raises:
        InvalidInput: it names no model.
        MissingExtra, LanguageMisconfigured: a package or a key is missing; with the cure.
    """
    spec, provider = f"langchain:{argument}", argument.partition(":")[0]
    if not argument:
        raise InvalidInput("no model is named: write --language langchain:PROVIDER:MODEL")
    try:
        from langchain.chat_models import init_chat_model

        model = init_chat_model(argument)
        if "max_retries" in type(model).model_fields:
            model = init_chat_model(argument, max_retries=0)
    except ImportError as error:
        raise MissingExtra(f"{spec} needs a package: pip install langchain langchain-{provider}") from error
    except ValidationError:  # its text may show a key
        raise LanguageMisconfigured(f"{spec} cannot be opened: set the variable its key is read from") from None
    except ValueError as error:
        raise InvalidInput(f"{spec} names no model: write --language langchain:PROVIDER:MODEL") from error
    except Exception as error:  # noqa: BLE001 - a provider's class may raise anything; only its words are passed on
        why = Provider(spec, "", "").excerpt(str(error))
        raise LanguageMisconfigured(f"{spec} cannot be opened: {why}; or use --language rules") from None
    return LangChainChat(model, id=spec)


def _id_of(model: BaseChatModel) -> str:
    named = (getattr(model, name, None) for name in ("model_name", "model", "model_id"))
    name = next((one for one in named if isinstance(one, str) and one), "")
    return f"langchain:{type(model).__name__}:{name}".rstrip(":")


def _has_structured_output(model: BaseChatModel) -> bool:
    from langchain_core.language_models import BaseChatModel

    own = type(model)
    return (
        own.with_structured_output is not BaseChatModel.with_structured_output
        or own.bind_tools is not BaseChatModel.bind_tools
    )


def _structured(model: BaseChatModel, output: type[BaseModel]) -> Any:
    schema = {"title": output.__name__, "description": "The answer.", **schema_of(output).body}
    return model.with_structured_output(schema, include_raw=True)


def _reply(message: AIMessage) -> Reply:
    usage = message.usage_metadata
    text, data = str(message.text), None
    if message.tool_calls:
        data = message.tool_calls[0]["args"]
    elif message.invalid_tool_calls:
        text = message.invalid_tool_calls[0]["args"] or ""
    return Reply(
        text=text,
        data=data,
        read=usage["input_tokens"] if usage else None,
        written=usage["output_tokens"] if usage else None,
        end=_end_of(message),
        model=str(message.response_metadata.get("model_name", "")),
    )


def _reply_in(error: Exception) -> Reply:
    """Return the reply whose end was raised, with its tokens where the error holds them."""
    usage = getattr(getattr(error, "completion", None), "usage", None)
    return Reply(
        text="",
        read=getattr(usage, "prompt_tokens", None),
        written=getattr(usage, "completion_tokens", None),
        end=RAISED[type(error).__name__],
    )


def _end_of(message: BaseMessage) -> End:
    if message.additional_kwargs.get("refusal"):
        return "refused"
    said = (str(message.response_metadata.get(name, "")).lower() for name in REASONS)
    return next((ENDS[reason] for reason in said if reason in ENDS), "whole")


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
