"""Empty projects, runs that are trained alone, and what happens while a run is trained."""

import pytest
from provenance.trajectories.trainings import arrive, made, results

from vestige.foundation.call import Call


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty project."""
    return arrive(tmp_path / "here", monkeypatch)


@pytest.fixture(scope="session")
def alone(tmp_path_factory):
    """Results of a run that is trained alone, at once, in a project of its own."""
    known = {}

    def train(run, **changes):
        if (key := (run, *changes.items())) not in known:
            with pytest.MonkeyPatch.context() as patch:
                arrive(tmp_path_factory.mktemp("alone") / "project", patch)
                made(run, **changes)
                known[key] = results()
        return known[key]

    return train


@pytest.fixture
def meanwhile(monkeypatch):
    """What is done when a training has come to an epoch: by number, each once."""

    def install(due):
        told = Call.function.fget

        def function(call):
            stage = told(call)
            return (lambda *given, note, **named: stage(*given, note=hooked(note, due), **named)) if due else stage

        monkeypatch.setattr(Call, "function", property(function))

    return install


def hooked(note, due):
    """A note that also does what is due at its epoch."""

    def noted(text):
        note(text)
        if action := due.pop(int(text.split()[1]), None):
            action()

    return noted
