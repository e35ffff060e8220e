"""Whether each result is what the study and the code ask for: the one truth to which both engines are brought."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vestige.config.study import Study
from vestige.foundation.files import describe_irregular
from vestige.pipeline import Job, jobs
from vestige.provenance import hashing, image_files, retention
from vestige.provenance.differences import behind_changed, inputs_changed, name_causes, own_changes
from vestige.provenance.filled_folders import describe_strangers, find_alien, list_strangers
from vestige.provenance.proofs import CodeOf, code_digests, found_in, input_digests, remember_by_code

PROVEN, STALE, MISSING, FOREIGN = "proven", "stale", "missing", "foreign"
STATES = (PROVEN, STALE, MISSING, FOREIGN)


@dataclass(frozen=True)
class Judgement:
    """What is to be said of one result.

    It is proven, or `reasons` say why not, a line each; `vouched` are the reasons of the equivalences by which its code
    counts as that of now; `causes` are the stale results from which it comes, itself among them, with why they are;
    `gone` are the jobs of it and of what lies behind it, as far as nothing of them is here; `strange` says which files
    in its folder are none of it.
    """

    job: Job
    state: str
    reasons: tuple[str, ...] = ()
    vouched: tuple[str, ...] = ()
    causes: tuple[tuple[str, str], ...] = ()
    gone: tuple[Job, ...] = ()
    strange: tuple[str, ...] = ()

    @property
    def lacks_checkpoints(self) -> bool:
        """Whether it is of a training whose result is here and sound, and whose checkpoints are not all here."""
        return bool(self.job.folder) and self.state == MISSING and not self.causes and not self.gone

    @property
    def has_only_strangers(self) -> bool:
        """Whether nothing is wrong with it but that files lie in its folder that are none of it."""
        return bool(self.strange) and self.reasons == self.strange


def judge(study: Study) -> dict[str, Judgement]:
    """The judgement of every result of a study by its path, in the order in which they are made."""
    found: dict[str, Judgement] = {}
    code_of = remember_by_code(code_digests)
    for job in jobs(study):
        found[job.output] = judge_result(job, found, code_of=code_of)
    return found


def judge_one(job: Job, beside: bool = True) -> Judgement:
    """The judgement of one result; `beside` as for `judge_result`."""
    return judge_result(job, judge_upstream(job), beside)


def judge_upstream(job: Job) -> dict[str, Judgement]:
    """The judgements of all results from which one comes, each after those that it reads."""
    found: dict[str, Judgement] = {}
    code_of = remember_by_code(code_digests)
    for each in job.upstream_jobs:  # of figures, what lies beside them is read too
        found[each.output] = judge_result(each, found, beside=bool(each.stage.kind), code_of=code_of)
    return found


def judge_result(
    job: Job, behind: Mapping[str, Judgement], beside: bool = True, code_of: CodeOf = code_digests
) -> Judgement:
    """The judgement of a result, given those of the results that it reads.

    What lies behind it must be sound too, as far as it is here: a result can stand without that from which it came.
    `beside` also looks at the files written beside it (for a training result, every checkpoint).
    """
    gone = tuple({one.output: one for each in job.inputs for one in behind[each.output].gone}.values())
    state, own, vouched = judge_by_own_proof(job, gone, code_of)
    inherited = {path: why for each in job.inputs for path, why in behind[each.output].causes}
    causes = {job.output: f"{state}: {own[0]}"} | inherited if state in (STALE, FOREIGN) else inherited
    if state == PROVEN and inherited:
        state = STALE
    absent, differing = files_beside(job, code_of) if beside and state != FOREIGN else ([], [])
    strange = describe_strangers(list_strangers(job)) if beside else []
    if state == PROVEN and (absent or differing or strange):
        state = STALE if differing or strange else MISSING
    reasons, missing = (*own, *name_causes(inherited), *differing, *absent, *strange), not Path(job.output).is_file()
    behind_gone = (job, *gone) if missing else ()
    return Judgement(job, state, reasons, vouched, tuple(causes.items()), behind_gone, tuple(strange))


def judge_by_own_proof(
    job: Job, gone: Sequence[Job] = (), code_of: CodeOf = code_digests
) -> tuple[str, list[str], tuple[str, ...]]:
    """The state of a result by its own proof, why it is not proven, and the equivalences that it needs.

    Of the jobs behind it whose results are `gone`, its proof must say what would make them now.
    """
    path = Path(job.output)
    if not path.is_file():
        irregular = describe_irregular(path)
        return (FOREIGN, [f"it is {irregular}, no file"], ()) if irregular else (MISSING, ["it is missing"], ())
    given, unchanged = found_in(path)
    if why := find_foreign(job, given):
        return FOREIGN, [why], ()
    own, vouched = own_changes(job, given, unchanged, code_of(job))
    behind, vouched_behind = behind_changed(given, gone, code_of)
    reasons = [*own, *inputs_changed(given["inputs"], input_digests(job)), *behind, *image_files.changes(job)]
    return STALE if reasons else PROVEN, reasons, tuple(dict.fromkeys(vouched + vouched_behind))


def find_foreign(job: Job, given: Mapping | None) -> str:
    """Why a proof is none of a result, in words; empty where it is. None stands for no proof."""
    if given is None:
        return "it carries no proof, or was changed after it was written"
    if given.get("result") != job.output:
        return f"it is a copy of {given.get('result')}"
    alien = find_alien(job, given["beside"])
    return f"its proof lists {alien}, which is no file of it" if alien else ""


def files_beside(job: Job, code_of: CodeOf = code_digests) -> tuple[list[str], list[str]]:
    """Of the files written with a result which are absent, and which are others; nothing that is read depends on it.

    A checkpoint that the study need not keep may be absent.
    """
    written = written_beside(job)
    now = {path: hashing.sha256(Path(path)) for path in written}
    absent = [path for path, digest in now.items() if digest is None]
    if absent:
        needed = needed_beside(job, written, code_of)
        absent = [path for path in absent if path in needed]
    more = f" and {len(absent) - 1} more files" if len(absent) > 1 else ""
    lines = [f"{absent[0]}{more} written with it: missing"] if absent else []
    return lines, [f"file {path} changed" for path, digest in now.items() if digest not in (None, written[path])]


def written_beside(job: Job) -> dict[str, str]:
    """The sha256 of each file that was written with a result, as its proof says; none where it carries no proof.

    Nor of a proof that lists files of others: no path is opened because a file says so.
    """
    given = found_in(Path(job.output))[0]
    return {} if given is None or find_alien(job, given["beside"]) else given["beside"]


def needed_beside(job: Job, written: Collection[str], code_of: CodeOf = code_digests) -> list[str]:
    """Of the files written with a result, those that must be there; what reads checkpoints is judged by itself."""
    return retention.needed_files(job, written, lambda reader: judge_by_own_proof(reader, code_of=code_of)[0] == PROVEN)
