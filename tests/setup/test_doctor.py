"""The self-check: what is well, and for each trouble a sentence and a command."""

import socket
import sys
import time
from pathlib import Path

import pytest

from smtplab.setup import doctor as module
from smtplab.setup.doctor import Finding, check_version, doctor, required


def test_a_check_takes_less_than_ten_seconds_and_looks_at_all() -> None:
    start = time.perf_counter()
    report = doctor()
    assert time.perf_counter() - start < 10
    subjects = [finding.subject for finding in report.findings]
    assert subjects[:3] == ["python", "smtplab", "kernel"]
    assert {"jupyterlab", "ipywidgets", "anywidget", "pandas", "graphviz"} < set(subjects)
    assert subjects[-2:] == ["diagrams", "loopback"]


def test_every_trouble_has_one_sentence_and_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_installed_version", lambda name: None)
    monkeypatch.setattr(module, "_answer", lambda command: None)
    monkeypatch.setattr(module, "is_installed", lambda: False)
    troubles = [finding for finding in doctor().findings if not finding.is_well]
    assert len(troubles) >= 7
    for finding in troubles:
        assert finding.sentence.endswith(".")
        assert finding.cure
        assert "\n" not in finding.sentence + finding.cure


@pytest.mark.parametrize(
    ("found", "is_well"),
    [("0.9.12", False), ("0.9.13", True), ("0.11.0", True), ("0.12.0", False), ("0.12.0rc1", False), ("1.0", False)],
)
def test_a_version_is_held_against_floor_and_ceiling(found: str, is_well: bool) -> None:
    assert check_version("anywidget>=0.9.13,<0.12", found).is_well is is_well


def test_what_is_required_is_what_the_package_declares() -> None:
    assert any(requirement.startswith("anywidget") for requirement in required())
    assert not any("pytest" in requirement for requirement in required())


def test_in_a_notebook_the_cure_is_a_line_for_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel.zmqshell", sys)
    monkeypatch.setattr(module, "is_installed", lambda: True)
    assert check_version("anywidget>=0.9.13", "0.9.2").cure == '%pip install "anywidget>=0.9.13"'


def test_without_loopback_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket, "create_server", refuse)
    finding = {finding.subject: finding for finding in doctor().findings}["loopback"]
    assert not finding.is_well
    assert "Cannot assign requested address" in finding.sentence


def test_without_graphviz_the_lessons_still_work_and_the_command_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    finding = module._diagrams()
    assert finding.is_well
    assert "pygraphviz" in finding.cure or "smtplab lab" in finding.cure


def test_the_report_is_a_value_with_rows_and_text() -> None:
    report = module.DoctorReport((Finding("loopback", False, "It is down.", "ip link set lo up"),))
    assert str(report) == (
        "NOT loopback    It is down.\n                ip link set lo up\n"
        "To mend: 1. Copy the command below each NOT, then look again."
    )
    assert report.to_rows() == [
        {"subject": "loopback", "is_well": False, "sentence": "It is down.", "cure": "ip link set lo up"}
    ]
    assert report.to_json()["is_well"] is False
    assert repr(report) == str(report)


def test_the_check_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    doctor()
    assert list(tmp_path.iterdir()) == []
