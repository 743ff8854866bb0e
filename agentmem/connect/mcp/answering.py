"""A server of the official SDK that answers what goes wrong with one sentence. Only this module needs the SDK."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult, TextContent

from agentmem.connect.mcp.faults import sentence


class AnsweringServer(MCPServer[Any]):
    """One whose tools never raise: what went wrong is their answer, marked as an error."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool by name."""
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            said = sentence(error.__cause__) if error.__cause__ else f"there is no tool {name[:80]!r}"
            return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)
