"""`agentmem chat`: talk to somebody who remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import A_STORE, PolicySettings, Settings, Wait, named, settings_of, waited_for
from agentmem.cli.thinking import with_thinking

if TYPE_CHECKING:
    from agentmem.thinking import Thinking


@with_thinking
def chat(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    store: Annotated[str, typer.Argument(metavar="STORE", callback=named, help=A_STORE)] = "chat.db",
    *,
    user: Annotated[str, typer.Option(metavar="NAME", help="Who talks; each has a memory of their own.")] = "me",
    app: Annotated[str | None, typer.Option(metavar="NAME", help="In which application, if there are several.")] = None,
    session: Annotated[str | None, typer.Option(metavar="NAME", help="Go on with this conversation.")] = None,
    memory: Annotated[str, typer.Option(metavar="NAME", help="See: agentmem memories.")] = "episodic",
    settings: Settings = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="Who answers.")] = "chat",
    policy_settings: PolicySettings = None,
    thinking: Thinking,
    wait: Wait = None,
) -> None:
    """Talk to somebody who remembers what you say.

    Without a model it quotes what it knows, and says who said it when; with --language openai:MODEL it answers in
    its own words. /help lists what else can be typed. Off a terminal, each line of the input is a message.
    """
    from agentmem.agent.conversation import Conversation
    from agentmem.agent_memory import AgentMemory
    from agentmem.cli.talking import Talk

    host = ctx.obj.host()
    answers = host.policy(policy, settings_of(policy_settings, option="--policy-set"))
    place = waited_for(host, store, wait) or store
    with (
        thinking.opened(host) as language,
        AgentMemory(
            place, app=app, user=user, session=session, memory=memory, settings=settings_of(settings),
            language=language, host=host, budget=thinking.budget,
        ) as opened,
    ):  # fmt: skip
        Talk(Conversation(opened, answers), opened).run()
