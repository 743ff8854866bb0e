"""Writing a cassette: each line is in the file before anybody gets the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from agentmem.errors import InvalidInput, StoreUnavailable
from agentmem.language.recording.cassette import Batch, Call, Header, Moment, header_in, is_whole, line_of

HEADER_BEGINS = b'{"cassette": '


class Tape:
    """A cassette that is written: what `write` was given is in the file when it returns.

    The file is made with the first line, not before: what could not begin leaves nothing
    behind. One that exists is written on where its header is the same; a last line that a
    killed run left torn is cut off then. May be used from many threads.

    Raises:
        InvalidInput: the file cannot be written, is no cassette, or one of another version,
            language or embedder. It was not touched.
    """

    def __init__(self, path: str | Path, header: Header) -> None:
        self.path, self.header = Path(path), header
        self._lock = Lock()
        self._is_begun = False
        _refuse_what_cannot_be_written(self.path)
        _refuse_other(self.path, header)

    def write(self, line: Call | Batch | Moment) -> None:
        """Add a line.

        Raises:
            StoreUnavailable: it could not be written, as on a full disk; the lines before are whole.
        """
        with self._lock:
            self._begin()
            self._add(line_of(line))

    def now(self, told: datetime | None = None) -> datetime:
        """Return the time, or what it was `told` to be; it is written down.

        Raises:
            StoreUnavailable: as `write`.
        """
        now = told or datetime.now(UTC)
        self.write(Moment(now=now))
        return now

    def begin(self) -> None:
        """Make sure that there is a cassette: that of a run that asked nothing holds the header only.

        Raises:
            StoreUnavailable: it could not be written.
        """
        with self._lock:
            self._begin()

    def _begin(self) -> None:
        if not self._is_begun:
            self._add(b"")  # the file is there from here on
            self._add(_mended(self.path, self.header))
            self._is_begun = True

    def _add(self, line: bytes) -> None:
        """Add bytes, all or none of them. Opened each time: there is nothing to close, or to lose when killed."""
        try:
            with self.path.open("ab", buffering=0) as file:
                end = file.seek(0, 2)
                if file.write(line) != len(line):
                    file.truncate(end)
                    raise OSError(0, "no space left on the device")
        except OSError as error:
            raise StoreUnavailable(
                f"cannot write on in the cassette {self.path}: {error.strerror}; make room, or record in another file"
            ) from None


def _refuse_what_cannot_be_written(path: Path) -> None:
    is_new = not path.exists()
    if not is_new and not path.is_file():
        raise InvalidInput(f"cannot record in {path}: it is no file; give the path of one, such as run.jsonl")
    try:
        path.open("ab").close()
        if is_new:
            path.unlink()
    except OSError as error:
        raise InvalidInput(f"cannot record in {path}: {error.strerror}; give a file that can be written") from None


def _refuse_other(path: Path, ours: Header) -> None:
    """Refuse what is there if it is no cassette, or another recording's; which agentmem made it does not matter."""
    first = b""
    if path.exists():
        with path.open("rb") as file:
            first = file.readline()
    if not first or _is_torn_header(first):
        return
    theirs = header_in(first, path)
    for name, value in ours.model_dump(exclude={"agentmem"}).items():
        was = getattr(theirs, name)
        if was != value:
            what = "version" if name == "cassette" else name
            raise InvalidInput(f"cannot record in {path}: its {what} is {was!r}, not {value!r}; record in another file")


def _is_torn_header(line: bytes) -> bool:
    begins = line.startswith(HEADER_BEGINS) or HEADER_BEGINS.startswith(line)
    return begins and not line.endswith(b"\n") and not is_whole(line)


def _mended(path: Path, header: Header) -> bytes:
    """Cut off a torn last line; return what must be written before the next one."""
    start = end = 0
    last = b""
    with path.open("rb+") as file:
        for last in file:
            start, end = end, end + len(last)
        if last.endswith(b"\n"):
            return b""
        if is_whole(last):
            return b"\n"
        file.truncate(start)
    return b"" if start else line_of(header, whole=True)
