"""What DVC has been asked, so that it need not be asked again: it takes long to say that nothing has changed."""

import json
import os
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from contextlib import suppress
from pathlib import Path
from typing import Any

from vestige.engines import dvc_cache, dvc_lock
from vestige.foundation.canonical_json import canonical
from vestige.foundation.files import read_regular, write_whole
from vestige.provenance import hashing
from vestige.provenance.status import Judgement

MEMORY = Path("work", "recorded.json")  # of each stage, a digest of all that DVC found current


class Memory:
    """dvc.lock, and of which of its stages DVC has been asked."""

    def __init__(self):
        self.texts = dvc_lock.read()
        self.written = dict(self.texts)
        self.contents: dict[str, Any] = {}
        self.settings = cache_settings()
        self.seen: dict[str, str] = {}
        with suppress(OSError, ValueError, AttributeError):
            self.seen = {name: said for name, said in json.loads(read_regular(MEMORY)).items() if isinstance(said, str)}

    def begin(self, cache: str) -> None:
        """Read dvc.lock once more, now that no DVC command writes it; `cache` is where DVC's cache lies."""
        self.texts = dvc_lock.read()
        self.written = dict(self.texts)
        self.seen["cache"] = cache

    def state(self, name: str, asked: str) -> str:
        """A digest of all on which it depends whether DVC calls a stage current."""
        text = self.texts.get(name, "")
        entry = dvc_lock.entry(text) if text else {}
        paths = [item["path"] for kind in ("deps", "outs") for item in entry.get(kind, [])]
        outs = dvc_lock.digests_of(entry, "outs").values()
        cached = [path.is_file() for digest in outs for path in dvc_cache.objects(self.cache, digest)]
        known = [self.content(path) for path in (*paths, "dvc.yaml")]
        return hashing.of_text(canonical([self.settings, asked, text, cached, known]))

    def content(self, path: str) -> Any:
        """The digest of a file, or of all files in a folder; None where there is nothing."""
        if path not in self.contents:
            inside = sorted(dvc_cache.files_in(Path(path))) if os.path.isdir(path) else ()
            said = [[str(each), hashing.sha256(each)] for each in inside]
            self.contents[path] = hashing.of_text(canonical(said)) if inside else hashing.sha256(Path(path))
        return self.contents[path]

    @property
    def cache(self) -> Path:
        """Where DVC's cache lay when it was last asked."""
        return Path(self.seen.get("cache", ".dvc/cache"))

    def knows(self, each: Judgement) -> bool:
        """Whether DVC was found to call a result current, and nothing has changed since."""
        return self.is_known_current(dvc_lock.stage_of(each.job), each.job.text)

    def knows_study(self, name: str) -> bool:
        """Whether DVC was found to call params.yaml checked."""
        return self.is_known_current(name, hashing.sha256(Path("params.yaml")))

    def is_known_current(self, name: str, asked: str) -> bool:
        """Whether DVC was found to call a stage current in its state of now; `asked` says what it would be run with."""
        return name in self.texts and self.seen.get(name) == self.state(name, asked)

    def note(self, name: str, asked: str) -> None:
        """Note that DVC calls a stage current."""
        self.seen[name] = self.state(name, asked)

    def keep(self) -> None:
        """Write what has changed to dvc.lock, as it stands by now, and what was found."""
        if self.texts != self.written or dvc_lock.is_cut_short():
            told = {name: text for name, text in self.texts.items() if self.written.get(name) != text}
            others = {
                name: text for name, text in dvc_lock.read().items() if name in self.texts or name not in self.written
            }
            dvc_lock.write(others | told)
        with write_whole(MEMORY) as file:
            file.write(json.dumps(self.seen).encode())


def cache_settings() -> list[str]:
    """What DVC is told of where its cache lies."""
    said = ConfigParser(strict=False, interpolation=None)
    try:
        said.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    except (ConfigParserError, UnicodeDecodeError) as error:
        return [str(error)]
    return [" = ".join(each) for each in said.items("cache")] if said.has_section("cache") else []
