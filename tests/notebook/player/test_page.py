"""A whole scenario on a page where nothing is live."""

from smtplab.course.scenario import Scenario
from smtplab.notebook.player.player import Player
from tests.notebook.player.walks import ALL


@ALL
def test_the_static_form_tells_all_that_is_told_asked_and_sent(scenario: Scenario) -> None:
    page, plain = Player(scenario, notes=True).fragment(), str(Player(scenario, notes=True))
    assert page.count("<ol>") == len(scenario.questions)
    for asked in scenario.questions:
        for option in asked.options:
            assert option.text in plain
    assert scenario.title in plain and "<script" not in page


def test_the_plain_text_of_a_scenario_steers_no_terminal_and_paragraphs_stay_apart() -> None:
    player = Player(Scenario.parse(
        "@title \x1b[2J\n@say One\x07.\n@say Two.\n@note This.\n@note That.\nS: 220 lab.example SMTP service ready\n"
        "@ask \x1b[1m?\n@right \x1b[2m | so\n@wrong No | so\n"), notes=True)
    assert all(line.isprintable() for line in str(player).splitlines())
    assert "\nTwo." in str(player) and "This. That." in str(player.fragment())
