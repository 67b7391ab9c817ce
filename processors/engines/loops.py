"""A transcription that may go round in circles in; what was said before it began to, out."""

from processors.agreement import bare

_LONGEST = 12  # words; a decoder that has lost its place repeats a clause at most
_SURELY_REPEATED = 4  # words: so many of a clause, right behind it, are the decoder's more often than a speaker's


def unlooped(text: str) -> str:
    """Cut a text where it begins to say the same again and again, as a decoder does at audio that breaks off.

    A repeat counts when it reaches the end of the text and is four words long, whole and at least three words, or whole
    once more than once.
    """
    words = text.split()
    bares = [bare(word) for word in words]
    for start in range(len(words)):
        for length in range(1, min(_LONGEST, len(words) - start - 1) + 1):
            if _loops(bares[start:], length):
                return " ".join(words[: start + length])
    return text


def _loops(words: list[str], length: int) -> bool:
    """Whether all of `words` is its first `length` words over and over, for long enough to be no accident."""
    rest = words[length:]
    periodic = all(word == words[place % length] for place, word in enumerate(rest, start=length))
    return periodic and len(rest) >= (min(length, _SURELY_REPEATED) if length >= 3 else 2 * length)
