"""What was said and what was heard in; word errors, after Whisper's English normaliser, out."""

from collections.abc import Sequence

from schemas.base import Record


class Score(Record, frozen=True, kw_only=True):
    """Over a whole corpus: errors a reference word, and reference words that nothing stands for."""

    wer: float
    missing: int


def score(references: Sequence[str], hypotheses: Sequence[str]) -> Score | None:
    """Score texts pair by pair as one corpus; None where nobody wrote down what was said.

    Levenshtein over words (jiwer) after Whisper's normaliser, as in the Whisper paper (arXiv 2212.04356, appendix C).
    """
    import jiwer
    from whisper_normalizer.english import EnglishTextNormalizer

    normal = EnglishTextNormalizer()
    said = [normal(text) for text in references]
    if not any(said):
        return None
    found = jiwer.process_words(said, [normal(text) for text in hypotheses])
    return Score(wer=round(found.wer, 4), missing=found.deletions)
