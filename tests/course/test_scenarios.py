"""Each scenario that ships plays as written, in memory and over a socket, and every misconception is asked about."""

import re
from collections.abc import Iterator

import pytest

from smtplab.course.play_scenario import play
from smtplab.course.scenario import FOLDER, Scenario, scenarios
from smtplab.course.scenario_frame import Frame
from smtplab.course.scenario_steps import Ask, Note, Say, SetFault
from smtplab.explain.misconceptions import misconceptions
from smtplab.network import LoopbackServer
from smtplab.protocol.transcript import Transcript

each = pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)


def seen(frame: Frame) -> tuple[object, ...]:
    """What a frame shows, without times and the octets of TLS, which differ each time."""
    return (frame.index, frame.line, frame.narration, frame.note, frame.question, frame.client, str(frame.transcript),
            frame.server_session, frame.messages, frame.faults, frame.waited_s, frame.mismatch)


@each
def test_it_plays_as_written_in_memory_and_over_a_socket_alike(scenario: Scenario) -> None:
    frames = play(scenario)
    assert [frame.mismatch for frame in frames if frame.mismatch] == []
    with LoopbackServer(scenario.world) as server:
        assert [seen(frame) for frame in play(scenario, server)] == [seen(frame) for frame in frames]


@each
def test_every_line_of_the_file_is_shown(scenario: Scenario) -> None:
    last = {frame.client: frame for frame in play(scenario)}
    shown = "".join(str(frame.transcript) for frame in last.values())
    lines = (FOLDER / f"{scenario.name}.txt").read_text("utf-8").splitlines()
    written = Transcript.parse("\n".join(line for line in lines if line[:2] in ("C:", "C|", "S:", "S|")))
    assert [line for line in shown.splitlines() if line[0] in "CS"] == str(written).splitlines()


@each
def test_it_says_what_it_is_for(scenario: Scenario) -> None:
    assert 1 <= scenario.minutes <= 15
    assert scenario.questions
    assert any(isinstance(step, Say) for step in scenario.steps)
    assert any(isinstance(step, Note) for step in scenario.steps)
    asked = {option.misconception for question in scenario.questions for option in question.options}
    assert set(scenario.cures) == asked - {""}


def test_every_misconception_is_cured_by_one_at_least() -> None:
    assert {id for scenario in scenarios() for id in scenario.cures} == {record.id for record in misconceptions()}


def words(scenario: Scenario) -> Iterator[str]:
    yield scenario.title
    for step in scenario.steps:
        if isinstance(step, Say | Note | Ask):
            yield step.text
        if isinstance(step, Ask):
            for option in step.options:
                yield from (option.text, option.reason)


@each
def test_its_sentences_are_short(scenario: Scenario) -> None:
    for said in words(scenario):
        for sentence in re.split(r"(?<=[.!?])\s+", said):
            assert len(sentence.split()) <= 20, sentence
    for step in scenario.steps:
        if isinstance(step, Say):
            assert len(re.findall(r"[.!?](?:\s|$)", step.text)) <= 4, step.text


@each
def test_options_differ_and_one_is_right(scenario: Scenario) -> None:
    for question in scenario.questions:
        assert len({option.text for option in question.options}) == len(question.options)
        assert len(question.right) == 1


def test_the_right_option_stands_in_any_place() -> None:
    questions = [question for each in scenarios() for question in each.questions]
    for count in (2, 3):
        places = [each.options.index(each.right[0]) for each in questions if len(each.options) == count]
        assert min(map(places.count, range(count))) >= len(places) // (count + 2)


def test_those_that_were_promised_are_there() -> None:
    assert {scenario.name for scenario in scenarios()} >= {
        "greylisting", "mailbox_full", "forwarding_and_moved", "refused_at_connection", "nested_mail",
        "two_recipients", "accepted_then_bounced", "the_header_lies", "anybody_may_claim_a_sender",
        "the_quit_that_became_mail", "four_lines_one_reply", "lost_connections", "the_lost_250", "slow_server",
        "dot_stuffing", "pipelined_group", "tls_not_offered", "login_failures",
    }


def test_faults_stand_only_where_life_has_no_cause() -> None:
    with_faults = {each.name for each in scenarios() if any(isinstance(step, SetFault) for step in each.steps)}
    assert with_faults == {"the_lost_250", "slow_server", "unknown_codes"}
