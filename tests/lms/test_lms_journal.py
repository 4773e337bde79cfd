"""What was sent: read again after a kill at any byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.lms.journal import Sent, SentJournal

ADA = Sent("https://lms/12", "1", "ada", "FullyGraded", 9.0, 14.0)


def test_a_journal_that_was_cut_anywhere_is_right_about_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    journal = SentJournal(path)
    journal.uses("01-web", ADA.column)
    journal.sending(ADA)
    journal.sent(ADA)
    journal.sending(replace(ADA, user="2", student="bob"))
    assert path.stat().st_mode & 0o077 == 0
    whole = path.read_bytes()
    ends = [number + 1 for number, byte in enumerate(whole) if byte == ord("\n")]
    assert len(ends) == 4
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        found = SentJournal(path)
        # A line is there when only its end is missing.
        lines = sum(cut >= end - 1 for end in ends)
        assert found.column("01-web") == (ADA.column if lines >= 1 else "")
        assert found.in_doubt(ADA.column, "1") == (ADA if lines == 2 else None)
        assert found.last(ADA.column, "1") == (ADA if lines >= 3 else None)
        assert (found.in_doubt(ADA.column, "2") is not None) == (lines == 4)
    for cut in (0, 5, len(whole) - 7, len(whole)):
        path.write_bytes(whole[:cut])
        again = SentJournal(path)
        again.sent(replace(ADA, user="3"))
        assert SentJournal(path).last(ADA.column, "3") is not None, "what was cut off swallows no later line"


def test_a_change_by_a_rule_is_kept(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path / "sent.jsonl")
    journal.sent(ADA)
    journal.shows(ADA, 8.0)
    last = SentJournal(tmp_path / "sent.jsonl").last(ADA.column, ADA.user)
    assert last == replace(ADA, shown=8.0)
    journal.not_sent(ADA)
    assert SentJournal(tmp_path / "sent.jsonl").last(ADA.column, ADA.user) == last
