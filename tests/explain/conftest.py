"""The whole product of steps is explained once; tests look at what was told, and at which strings were asked for."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from smtplab.explain import Explanation, catalogue, explain
from smtplab.protocol.dialogue import Exchange
from tests.explain.product import SECRETS, TELLING, exchanges, extension_exchanges

FourLines = tuple[str, str, str, str]


class Recording(dict[str, str]):
    """A section that notes which of its strings were asked for."""

    def __init__(self, strings: Mapping[str, str]) -> None:
        super().__init__(strings)
        self.used: set[str] = set()

    def get(self, name: str, default: object = None) -> str | None:  # type: ignore[override]
        self.used.add(name)
        return super().get(name)


@dataclass
class Told:
    """What explanations told: the four lines of each, once, and those that held a secret.

    An explanation knows a secret only from what was sent or said in a login, so the others are not searched for it.
    """

    lines: set[FourLines] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)

    def add(self, steps: Iterable[Exchange]) -> None:
        for step in steps:
            explanation = explain(step, edition=step.edition)
            self.lines.add(four_lines(explanation))
            said = step.sent.decode("latin-1") + " ".join((*step.before.login, *step.after.login))
            if any(secret in said for secret in SECRETS):
                told = (str(explanation) + json.dumps(explanation.to_json())).lower()
                self.leaks += [told for secret in SECRETS if secret.lower() in told]


def four_lines(explanation: Explanation) -> FourLines:
    return explanation.verdict, explanation.here, explanation.now, explanation.not_this


@pytest.fixture(scope="session")
def recorded() -> dict[str, Recording]:
    """The catalogue while the product is explained; it goes on recording for a test that puts it in place again."""
    return {name: Recording(strings) for name, strings in catalogue._load("en").items()}


@pytest.fixture(scope="session")
def told(recorded: dict[str, Recording]) -> dict[int, Told]:
    """What is told of every step, by edition; the second has fewer codes in the base protocol, whose texts are one."""
    found = {2821: Told(), 5321: Told()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_load", lambda language: recorded)
        found[2821].add(exchanges())
        found[2821].add(extension_exchanges())
    found[5321].add(exchanges(5321, TELLING))
    found[5321].add(extension_exchanges(5321))
    return found
