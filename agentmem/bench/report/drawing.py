"""A drawing: matplotlib's SVG made a part of a page, with links, titles and the page's own colours.

An artist takes one `url`; it is given the number of a `Mark` here, which becomes the
link, the title shown on hover, and the class by which a memory is lit or hidden.
"""

from __future__ import annotations

import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from agentmem.bench.report.palette import INK, LINE, MUTED, variables_for

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType  # since 3.11

DPI = 72
"""Points of an inch: one unit of a drawing is one pixel of the page."""
LOOK: dict[RcKeyType, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "path.simplify": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "agentmem",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.color": MUTED,
    "ytick.major.size": 0,
    "ytick.minor.size": 0,
}
_LONG = re.compile(r"-?\d+\.\d{3,}")
_LINK, _USE = "{http://www.w3.org/1999/xlink}href", "use"


@dataclass(frozen=True)
class Mark:
    """What is drawn of one memory.

    Attributes:
        memory: Its number; None for what belongs to none.
        href: Where it leads; "" for nowhere.
        title: What it says.
        kind: Further classes, such as `seed` for what belongs to one cell.
    """

    memory: int | None = None
    href: str = ""
    title: str = ""
    kind: str = ""


@contextmanager
def our_look() -> Iterator[None]:
    """Let what is drawn meanwhile look as all figures of a report do."""
    with mpl.rc_context(LOOK), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's fonts draw it
        yield


class Drawing:
    """One pair of axes, `width` x `height` pixels; made and filled within `our_look`."""

    def __init__(self, width: float, height: float) -> None:
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
        self.axes: Axes = self.figure.add_subplot()
        self._marks: list[Mark] = []

    def mark(self, mark: Mark) -> str:
        """Return the `url` to draw something with."""
        self._marks.append(mark)
        return str(len(self._marks) - 1)

    def svg(self, about: str) -> Markup:
        """Return the drawing as a part of a page; `about` says to who does not see it what it shows, of all alone."""
        written = io.BytesIO()
        self.figure.savefig(written, format="svg", dpi=DPI)
        root = ET.fromstring(written.getvalue())  # noqa: S314 - what matplotlib just wrote
        self._make_ours(root, about)
        return Markup(variables_for(ET.tostring(root, encoding="unicode")))  # noqa: S704 - serialised, so escaped

    def _make_ours(self, root: ET.Element, about: str) -> None:
        """Put links in, and leave out what a page has already or cannot have twice."""
        for parent in list(root.iter()):
            for child in list(parent):
                if _tag(child) in ("metadata", "style"):
                    parent.remove(child)
        own = blake2b(about.encode(), digest_size=4).hexdigest()
        used = {href[1:] for one in root.iter() if _tag(one) == _USE and (href := one.get(_LINK))}
        used |= {one.get("clip-path", "")[5:-1] for one in root.iter()}
        for one in root.iter():
            one.tag = _tag(one)
            _shorten(one)
            _name(one, own, used)
            if one.tag == "a":
                self._link(one, self._marks[int(one.attrib.pop(_LINK))])
        for name in ("width", "height", "version"):
            root.attrib.pop(name, None)
        root.attrib.update({"role": "group", "aria-label": about})

    def _link(self, one: ET.Element, mark: Mark) -> None:
        """Make of matplotlib's link the mark's: its class, its title, and where it leads, if anywhere."""
        one.attrib.clear()
        classes = [f"s m{mark.memory}"] if mark.memory is not None else []
        if classes or mark.kind:
            one.set("class", " ".join(filter(None, [*classes, mark.kind])))
        if mark.href:
            one.attrib.update({"href": mark.href, "tabindex": "-1"})
        else:
            one.tag = "g"
        if mark.title:
            title = ET.Element("title")
            title.text = mark.title
            one.insert(0, title)


def _name(one: ET.Element, own: str, used: set[str]) -> None:
    """Keep an id that something refers to, made this drawing's own; drop the others."""
    if (name := one.attrib.pop("id", None)) in used:
        one.set("id", f"i{own}-{name}")
    if one.tag == _USE:
        one.set("href", f"#i{own}-{one.attrib.pop(_LINK)[1:]}")
    if (clip := one.get("clip-path")) is not None:
        one.set("clip-path", f"url(#i{own}-{clip[5:-1]})")


def _shorten(one: ET.Element) -> None:
    """Leave out what nobody sees: hundredths of a pixel and less, and empty lines."""
    for name in ("d", "x", "y"):
        if (said := one.get(name)) is not None:
            one.set(name, _LONG.sub(_rounded, said.strip()))
    if not (one.text or "").strip():
        one.text = None
    one.tail = None


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _tag(one: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return one.tag.rpartition("}")[2]
