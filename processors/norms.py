"""The name of a house style in, what it asks of a caption file out.

Sources: Netflix Timed Text Style Guide (42 characters a line, two lines, 5/6 s to 7 s, two frames between cues,
17 characters a second or 200 words a minute); BBC Subtitle Guidelines (37 characters a line, 160 to 180 words a minute;
where they leave a figure open, Netflix's is taken).
"""

from dataclasses import dataclass

from schemas.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Norms:
    """Upper bounds, and lower ones for the time a cue stays and the time between two."""

    line_chars: int
    words_per_min: int
    chars_per_s: int = 17
    lines: int = 2
    shortest_ms: int = 834
    longest_ms: int = 7_000
    gap_ms: int = 84
    """Two frames at 24 a second."""

    def reading_ms(self, lines: tuple[str, ...]) -> int:
        """How long `lines` have to stay to be read, by characters and by words."""
        by_chars = -(-sum(map(len, lines)) * 1000 // self.chars_per_s)
        by_words = -(-words_in(lines) * 60_000 // self.words_per_min)
        return max(by_chars, by_words)


def words_in(lines: tuple[str, ...]) -> int:
    return sum(len(line.split()) for line in lines)


PROFILES = {
    "netflix": Norms(line_chars=42, words_per_min=200),
    "bbc": Norms(line_chars=37, words_per_min=180),
}

ALL = Norms(
    line_chars=min(norms.line_chars for norms in PROFILES.values()),
    words_per_min=min(norms.words_per_min for norms in PROFILES.values()),
)
"""What satisfies every profile: files are written so where none is named."""


def norms_of(profile: str) -> Norms:
    """The profile's norms, those of all for an empty name; raises `Invalid("profile_unknown")`."""
    if profile and profile not in PROFILES:
        raise Invalid("profile_unknown", f"no profile {profile!r}; there are {', '.join(PROFILES)}", field="profile")
    return PROFILES[profile] if profile else ALL
