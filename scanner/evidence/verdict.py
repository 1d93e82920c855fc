"""What a verification found: one check a link of the chain, and who outside the file vouches for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ..errors import ExitCode


class CheckState(StrEnum):
    """How one check ended."""

    OK = "ok"
    FAILED = "FAILED"
    NOT_CHECKED = "not checked"
    """It could not be looked at; no success."""
    NOTE = "note"
    """Worth knowing, and no fault."""


@dataclass(frozen=True, slots=True)
class Check:
    """One link of the chain: `files`, `manifest`, `WARC`, `record digest`, `index`, `page list`, `custody chain`,
    `timestamp`, `signature`, `quote`, `findings`, `screenshot` ..."""

    link: str
    state: CheckState
    detail: str


class Seal(StrEnum):
    """What somebody outside vouches for."""

    NOTHING = "unsealed"
    RECORDS = "records sealed"
    """The kept records, by a stamp over the custody chain; not the lists and pages made of them."""
    WHOLE = "sealed"


@dataclass
class Verdict:
    """Collects checks. Every failure is kept, so that the report names all broken links, not the first."""

    subject: str
    checks: list[Check] = field(default_factory=list)
    vouchers: list[str] = field(default_factory=list)
    """Who vouches, in words."""
    seal: Seal = Seal.NOTHING

    def ok(self, link: str, detail: str) -> None:
        self.checks.append(Check(link, CheckState.OK, detail))

    def fail(self, link: str, detail: str) -> None:
        self.checks.append(Check(link, CheckState.FAILED, detail))

    def skip(self, link: str, detail: str) -> None:
        self.checks.append(Check(link, CheckState.NOT_CHECKED, detail))

    def note(self, link: str, detail: str) -> None:
        self.checks.append(Check(link, CheckState.NOTE, detail))

    def settle(self, link: str, problems: Iterable[str], otherwise: str) -> bool:
        """One failure for each problem, or one success; says which."""
        found = list(problems)
        for what in found:
            self.fail(link, what)
        if not found:
            self.ok(link, otherwise)
        return not found

    def vouched(self, seal: Seal, by: str) -> None:
        """Somebody outside vouches for this much."""
        self.vouchers.append(by)
        if seal is Seal.WHOLE or self.seal is Seal.NOTHING:
            self.seal = seal

    @property
    def failures(self) -> list[Check]:
        return [one for one in self.checks if one.state is CheckState.FAILED]

    @property
    def exit_code(self) -> ExitCode:
        """5 where a link is broken, 4 where something could not be checked, else 0."""
        states = {one.state for one in self.checks}
        if CheckState.FAILED in states or CheckState.OK not in states:
            return ExitCode.EVIDENCE
        return ExitCode.NOT_ALL_READ if CheckState.NOT_CHECKED in states else ExitCode.OK

    @property
    def words(self) -> str:
        """The last line for a reader."""
        if self.failures:
            return f"BROKEN: {self.failures[0].link}: {self.failures[0].detail}"
        if self.exit_code is ExitCode.EVIDENCE:
            return "BROKEN: nothing could be checked"
        skipped = [one for one in self.checks if one.state is CheckState.NOT_CHECKED]
        start = f"intact as far as checked ({skipped[0].link}: {skipped[0].detail})" if skipped else "intact"
        if self.seal is Seal.NOTHING:
            return f"{start}, UNSEALED: whoever holds this can have changed all of it consistently"
        how = "; ".join(self.vouchers)
        if self.seal is Seal.RECORDS:
            return f"{start}, the kept records are sealed ({how}); lists and pages made of them are not"
        return f"{start}, sealed ({how})"
