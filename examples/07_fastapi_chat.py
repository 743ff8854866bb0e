"""A chat with memory in FastAPI: each user's own, kept in one file. Serve it with: uvicorn 07_fastapi_chat:app.

It answers by quoting what it knows; where it says `reply`, ask a model, with `context` in its system message.
"""

from typing import Annotated

from fastapi import Depends, FastAPI, Header
from fastapi.testclient import TestClient
from pydantic import BaseModel

from agentmem import AgentMemory

app = FastAPI()


class Said(BaseModel):
    text: str


def memory(x_user: Annotated[str, Header()]):
    """Open the memory of whoever is signed in: take the name from your sign-in, never from the message."""
    with AgentMemory("chat.db", app="fastapi-chat", user=x_user) as opened:
        yield opened


@app.post("/chat")
def chat(said: Said, memory: Annotated[AgentMemory, Depends(memory)]) -> str:
    context = memory.context(said.text, max_tokens=300, limit=3)
    reply = f"I remember: {context.recollections[0].text}" if context.recollections else "That is new to me."
    memory.add([{"role": "user", "content": said.text}, {"role": "assistant", "content": reply}])
    return reply


if __name__ == "__main__":
    client = TestClient(app)
    for user, text in [("ada", "My sister Mia moved to Oslo."), ("ada", "Where is Mia?"), ("bob", "Where is Mia?")]:
        print(f"{user}: {text}\n  {client.post('/chat', json={'text': text}, headers={'X-User': user}).json()}")
