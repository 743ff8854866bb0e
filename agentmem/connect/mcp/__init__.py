"""A memory for any client of the Model Context Protocol."""

from agentmem.connect.mcp.serving import mcp_server, serve_http, serve_stdio

__all__ = ["mcp_server", "serve_http", "serve_stdio"]
