"""The doctor, in the environment the tests run in."""

from agentmem.doctor import examine
from agentmem.host import Host


def test_each_thing_is_looked_at_and_nothing_of_ours_is_wrong() -> None:
    findings = {finding.what: finding for finding in examine(Host(plugins=["defaults"]))}

    assert {"langchain-core", "numpy", "sqlite", "embedder wordllama", "textworld"} <= set(findings)
    assert findings["embedder wordllama"].said.endswith("loads offline")
    assert findings["plugin defaults"].state == "ok"


def test_what_is_wrong_comes_with_its_cure() -> None:
    host = Host(plugins=[])

    findings = [finding for finding in examine(host) if finding.state == "wrong"]

    assert [finding.what for finding in findings] == ["embedder wordllama"]
    assert all(finding.cure for finding in findings)
