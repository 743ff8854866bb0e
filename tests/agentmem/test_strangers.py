"""Real distributions of strangers, installed into an environment of their own: good, broken, clashing."""

import json
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

GOOD = """
from agentmem.hookspecs import hookimpl

class Echo:
    name = "echo"
    def write(self, event, graph, language):
        return graph.changes()
    def recall(self, query, graph, language):
        return []

@hookimpl
def agentmem_memories():
    return {"echo": lambda settings: Echo()}
"""
OFFERS_SQLITE = """
from agentmem.hookspecs import hookimpl

@hookimpl
def agentmem_stores():
    return {"sqlite": dict}
"""
REPORT = """
import json
from agentmem.doctor import examine
from agentmem.host import Host
host = Host()
plugins = [[r.name, r.distribution, r.version, r.state, r.reason, r.trace] for r in host.plugins()]
findings = [[f.what, f.state, f.said, f.cure] for f in examine(host)]
refused = {}
for name in ("broken", "echo"):
    try:
        host.memory(name)
    except Exception as error:
        refused[name] = str(error)
print(json.dumps({"plugins": plugins, "findings": findings, "memory": host.memory("echo").name,
                  "sqlite": host.stores["sqlite"].plugin, "refused": refused}))
"""


def wheel(folder: Path, name: str, files: Mapping[str, str], *, entry_points: str = "") -> Path:
    """Write a wheel, as any build back end would."""
    info = f"{name}-2.0.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 2.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[agentmem]\n{entry_points}\n",
    }
    path = folder / f"{name}-2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in content.items():
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in [*content, f"{info}/RECORD"]))
    return path


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, environment: Callable[..., Path]) -> dict[str, Any]:
    """What the host says in an environment with six strangers."""
    folder = tmp_path_factory.mktemp("strangers")
    wheels = [
        wheel(folder, "agentmem_good", {"agentmem_good.py": GOOD}, entry_points="good = agentmem_good"),
        wheel(folder, "agentmem_broken", {"agentmem_broken.py": "1 / 0\n"}, entry_points="broken = agentmem_broken"),
        wheel(folder, "agentmem_twin_a", {"twin_a.py": GOOD}, entry_points="twin = twin_a"),
        wheel(folder, "agentmem_twin_b", {"twin_b.py": GOOD}, entry_points="twin = twin_b"),
        wheel(folder, "agentmem_usurper", {"usurper.py": GOOD}, entry_points="defaults = usurper"),
        wheel(folder, "agentmem_copycat", {"copycat.py": OFFERS_SQLITE}, entry_points="a_copycat = copycat"),
        wheel(folder, "agentmem", {"agentmem/theirs.py": ""}),
    ]
    python = environment(folder / "env", *wheels)
    done = subprocess.run([python, "-c", REPORT], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def reports(seen: dict[str, Any], name: str) -> dict[str, list[str]]:
    """Return the reports on plugins of that name, by distribution."""
    return {row[1]: row for row in seen["plugins"] if row[0] == name}


def test_the_good_stranger_works_beside_the_broken_ones(seen: dict[str, Any]) -> None:
    assert seen["memory"] == "echo"
    assert reports(seen, "good")["agentmem-good"][2:5] == ["2.0", "works", ""]


def test_the_broken_one_is_named_with_reason_and_traceback(seen: dict[str, Any]) -> None:
    _, _, version, state, reason, trace = reports(seen, "broken")["agentmem-broken"]

    assert (version, state) == ("2.0", "broken")
    assert reason == "cannot be imported: ZeroDivisionError: division by zero (agentmem_broken.py, line 1)"
    assert "agentmem_broken.py" in trace


def test_asking_for_the_broken_one_by_name_tells_why(seen: dict[str, Any]) -> None:
    assert seen["refused"] == {
        "broken": "no memory named 'broken': plugin 'broken' (agentmem-broken 2.0) is broken: "
        "cannot be imported: ZeroDivisionError: division by zero (agentmem_broken.py, line 1)"
    }


def test_two_distributions_with_one_plugin_name_are_both_named_and_neither_wins(seen: dict[str, Any]) -> None:
    twins = reports(seen, "twin")

    assert set(twins) == {"agentmem-twin-a", "agentmem-twin-b"}
    for row in twins.values():
        assert row[3:5] == [
            "broken",
            "the plugin name 'twin' is claimed by agentmem-twin-a and agentmem-twin-b; uninstall one",
        ]


def test_a_stranger_cannot_take_the_name_of_a_built_in_plugin(seen: dict[str, Any]) -> None:
    rivals = reports(seen, "defaults")

    assert rivals["agentmem-graph"][3] == "works"
    assert rivals["agentmem-usurper"][3] == "broken"


def test_a_stranger_cannot_replace_what_a_built_in_plugin_offers(seen: dict[str, Any]) -> None:
    assert seen["sqlite"] == "defaults"
    assert reports(seen, "a_copycat")["agentmem-copycat"][4].startswith("offers the store 'sqlite', which 'defaults'")


def test_the_other_project_called_agentmem_is_noticed_and_the_cure_named(seen: dict[str, Any]) -> None:
    what, state, said, cure = seen["findings"][0]

    assert (what, state) == ("the package agentmem", "wrong")
    assert "agentmem-graph and also by another project, agentmem" in said
    assert cure.startswith("pip uninstall agentmem, then pip install --force-reinstall")


def test_the_doctor_names_each_broken_plugin_with_a_cure(seen: dict[str, Any]) -> None:
    wrong = {what: cure for what, state, _, cure in seen["findings"] if state == "wrong"}

    assert wrong["plugin broken"] == "mend or uninstall it, or block it: -p no:broken"
