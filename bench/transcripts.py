"""Files of plain transcripts in, what was said in them as lines of punctuated words out.

`.nlp` is the pipe-separated form of the Earnings-21/22 sets (one word a line: `token|speaker|…|punctuation|…|case|…`);
`.txt` is text, a paragraph a line.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

LINE_WORDS = 14
"""Words of a line where nothing else divides them: about five seconds of talk, what the captioner makes of a breath."""


def files_in(folder: Path) -> list[Path]:
    """The transcripts of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix in (".nlp", ".txt"))


def lines_of(path: Path) -> Iterator[tuple[str, str]]:
    """Speaker and line, in order."""
    yield from cut(_words(path))


def cut(words: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Lines of speakers and words; a line ends with its sentence, or after `LINE_WORDS` words."""
    line: list[str] = []
    before = ""
    for speaker, word in words:
        if line and (speaker != before or line[-1][-1] in ".?!" or len(line) >= LINE_WORDS):
            yield before, " ".join(line)
            line = []
        line.append(word)
        before = speaker
    if line:
        yield before, " ".join(line)


def _words(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        if path.suffix == ".txt":
            yield from (("", word) for line in file for word in line.split())
            return
        for row in csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE):
            if row["token"]:
                yield row["speaker"] or "", row["token"] + (row["punctuation"] or "")
