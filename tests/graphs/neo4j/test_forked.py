"""A store that was open when its process forked works in both, and neither spoils the other's copies."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from agentmem.graph.contract import ids_of
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.store import Neo4jStore
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_world import fact


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forking beside threads: that it works is the point
def test_parent_and_child_each_have_copies_of_their_own(neo4j_uri: str, tmp_path: Path) -> None:
    with closing(Neo4jStore(address_of(store_uri(neo4j_uri, tmp_path)))) as store:
        graph = store.graph("alice")
        graph.put_nodes([fact("before", 1)])
        child = os.fork()
        if not child:
            graph.put_nodes([fact("child", 2)])
            os._exit(len(ids_of(graph.scan())))

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        graph.put_nodes([fact("parent", 3)])

        assert ids_of(graph.scan()) == ["before", "child", "parent"]
