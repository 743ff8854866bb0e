"""The server of the example is reached from this machine only, and never starts without a password."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

FILE = Path(__file__).parents[2] / "examples" / "neo4j" / "compose.yaml"
COMPOSE = ["docker", "compose"]


def test_it_listens_on_this_machine_only_keeps_its_data_and_wants_a_password() -> None:
    composed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    service = composed["services"]["neo4j"]

    assert service["image"] == "neo4j:5.26-community"
    assert service["ports"] == ["127.0.0.1:7687:7687", "127.0.0.1:7474:7474"]
    assert service["environment"]["NEO4J_AUTH"].startswith("neo4j/${NEO4J_PASSWORD:?")
    assert {volume.partition(":")[0] for volume in service["volumes"]} == set(composed["volumes"])
    assert "data:/data" in service["volumes"]


def test_its_check_of_health_hands_over_a_password_of_any_signs(tmp_path: Path) -> None:
    service = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]["neo4j"]
    kind, check = service["healthcheck"]["test"]
    shell = tmp_path / "cypher-shell"
    shell.write_text('#!/bin/sh\nprintf "%s\n" "$NEO4J_PASSWORD" "$@"\n')
    shell.chmod(0o755)

    said = subprocess.run(
        ["sh", "-c", check.replace("$$", "$")], capture_output=True, text=True, check=True,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "NEO4J_AUTH": "neo4j/a/b $c 'd\" "},
    ).stdout  # fmt: skip

    assert kind == "CMD-SHELL"
    assert said.splitlines() == ["a/b $c 'd\" ", "-u", "neo4j", "RETURN 1"]


def test_docker_compose_takes_it_with_a_password_and_not_without() -> None:
    if not shutil.which("docker") or subprocess.run([*COMPOSE, "version"], capture_output=True, check=False).returncode:
        pytest.skip("needs docker compose (but no engine)")
    config = [*COMPOSE, "-f", str(FILE), "config"]
    unset = {name: value for name, value in os.environ.items() if name != "NEO4J_PASSWORD"}

    without = subprocess.run(config, env=unset, capture_output=True, text=True, check=False)
    given = subprocess.run(config, env=unset | {"NEO4J_PASSWORD": "eight characters"}, check=False)

    assert without.returncode
    assert "set NEO4J_PASSWORD" in without.stderr
    assert not given.returncode
