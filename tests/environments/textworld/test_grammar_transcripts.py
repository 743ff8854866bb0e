from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
LINES = [
    pytest.param(json.loads(line), id=f"{file.stem}:{number}")
    for file in sorted((HERE / "transcripts").glob("*.jsonl"))
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
]


@pytest.fixture(scope="module")
def transcribe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("transcribe", HERE / "transcribe.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("line", LINES)
def test_a_transcript_is_read_as_it_was_before(line: dict[str, Any], transcribe: ModuleType) -> None:
    reading = transcribe.as_read(line["text"], line["action"])

    assert reading == line["reading"], "if the change is meant, run transcribe.py and look at the difference"


def test_the_corpus_is_there() -> None:
    assert len(LINES) >= 100
