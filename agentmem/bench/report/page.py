"""The page: everything a grid came to, in one HTML file that asks for nothing else."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from agentmem.bench.report import curve_figure, findings, tables
from agentmem.bench.report.board import Board, board_of
from agentmem.bench.report.cost_figure import MILLISECONDS, TOKENS, costs
from agentmem.bench.report.drawing import our_look
from agentmem.bench.report.links import Links
from agentmem.bench.report.palette import DARK, LIGHT, declared
from agentmem.bench.report.panel import icon
from agentmem.bench.report.reading import Results, read
from agentmem.bench.report.score_figure import scores
from agentmem.errors import InvalidInput, MissingExtra

PAGE = "report.html"
