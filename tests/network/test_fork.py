"""A fork stands as the session stood, and goes on as it would have: every prefix of every golden dialogue."""

from pathlib import Path

import pytest

from smtplab.network import LoopbackServer, memory_server
from smtplab.protocol.machine import State
from tests.lab.test_golden_dialogues import FILES, sides, world_of
from tests.network.forking import lines, play, rest_of, stand
from tests.network.waiting import until


def ways(path: Path) -> dict[str, list[bytes]]:
    """The same octets, line by line, in the file's segments, and as one."""
    segments, _ = sides(path)
    whole = b"".join(segments)
    return {"lines": lines(whole), "segments": segments, "glued": [whole]}


@pytest.mark.parametrize("way", ["lines", "segments", "glued"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_from_every_step_it_goes_on_as_the_direct_session(path: Path, way: str) -> None:
    server = memory_server(world_of(path))
    client = server.connect()
    play(client, ways(path)[way])
    direct, transcript = stand(client), str(client.transcript)
    for at in range(len(direct.steps)):
        if direct.steps[at].after.state is State.CLOSED:
            with pytest.raises(ValueError, match=f"With step {at} the session was over"):
                client.fork(at)
            continue
        forked = client.fork(at)
        stood = stand(forked)
        assert stood.steps == direct.steps[: at + 1]
        assert direct.said.startswith(stood.said)
        assert stood.client == stood.server
        assert stood.client == direct.steps[at].after or forked.is_over  # a 421 was said with the step
        play(forked, [rest_of(direct.steps, at)] if way == "glued" else lines(rest_of(direct.steps, at)))
        assert stand(forked) == direct
        assert stand(client) == direct, "the original was touched"
        assert str(client.transcript) == transcript


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_over_sockets_too(path: Path) -> None:
    with LoopbackServer(world_of(path)) as server, server.connect() as client:
        play(client, ways(path)["segments"])
        direct = stand(client)
        last = sum(step.after.state is not State.CLOSED for step in direct.steps) - 1
        for at in sorted({0, last // 2, last}) if last >= 0 else ():
            with client.fork(at) as forked:
                play(forked, lines(rest_of(direct.steps, at)))
                until(lambda: forked.state is direct.client.state)  # a 421 may be under way
                assert stand(forked) == direct
                forked.keeps.close()
