"""What the command line says of itself."""

from importlib.metadata import version

import pytest

from vestige import cli
from vestige.commands import dispatch


def said(capsys, *arguments) -> str:
    """What a call prints that ends well."""
    with pytest.raises(SystemExit) as end:
        cli.main([*arguments])
    assert end.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_it_knows_its_version(capsys):
    assert said(capsys, "--version") == f"vestige {version('vestige')}"


def test_every_command_is_described_and_no_other():
    assert cli.COMMANDS.keys() == dispatch.ALL.keys()


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_help_of_a_command_says_what_it_does(capsys, command):
    line, more = cli.COMMANDS[command]
    found = said(capsys, command, "--help")
    assert line[1:] in found
    assert more in found


def test_a_signal_soon_after_another_does_not_cut_short_what_the_first_began(monkeypatch):
    obey, clock = cli.Terminator(), iter([0.0, 0.9, 1.0])
    monkeypatch.setattr(cli.time, "monotonic", lambda: next(clock))
    with pytest.raises(cli.Terminated):
        obey(15, None)
    obey(15, None)
    with pytest.raises(cli.Terminated):
        obey(15, None)
