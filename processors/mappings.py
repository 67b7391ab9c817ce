"""The search indices as data: what each document may hold and how its text is cut into words.

Strict: a field that is not named here is refused, so that a mistake shows at once. Only analysers, filters and field
types of a plain Elasticsearch are used.
"""

from typing import Any

ANALYSIS: dict[str, Any] = {
    "filter": {
        "owners": {"type": "stemmer", "language": "possessive_english"},
        "plurals": {"type": "stemmer", "language": "minimal_english"},
    },
    "analyzer": {
        "said": {
            "type": "custom",
            "tokenizer": "standard",
            "filter": ["owners", "lowercase", "asciifolding", "plurals"],
        },
    },
}
"""Owners and plurals only: names and recognition errors suffer from a stemmer that does more."""

_KEYWORD = {"type": "keyword"}
_NAME = {"type": "keyword", "normalizer": "lowercase"}
_TEXT = {"type": "text", "analyzer": "said"}
_LONG = {"type": "long"}
_SCORE = {"type": "float"}
_FLAG = {"type": "boolean"}
_TIME = {"type": "date", "format": "epoch_millis"}

_SAID = {
    "room_id": _KEYWORD,
    "title": _TEXT,
    "track_id": _KEYWORD,
    "speaker": _NAME,
    "pass_name": _KEYWORD,
    "start_ms": _LONG,
    "end_ms": _LONG,
    "said_ms": _TIME,
    "text": _TEXT,
}

_CONTINUITY = {
    "track_id": _KEYWORD,
    "speaker": _NAME,
    "captured_ms": _LONG,
    "received_ms": _LONG,
    "stored_ms": _LONG,
    "recorded_ms": _LONG,
    "captioned_ms": _LONG,
    "holes": {
        "properties": {"first_sequence": _LONG, "last_sequence": _LONG, "ms": _LONG, "reason": _KEYWORD},
    },
}

PROPERTIES: dict[str, dict[str, Any]] = {
    "rooms": {
        "room_id": _KEYWORD,
        "title": _TEXT,
        "host": _NAME,
        "policy": _KEYWORD,
        "state": _KEYWORD,
        "speakers": _NAME,
        "opened_ms": _TIME,
        "closed_ms": _TIME,
        "deleted_ms": _TIME,
        "shared": _FLAG,
        "ready": _FLAG,
        "duration_ms": _LONG,
        "captions": _LONG,
        "findings": _LONG,
        "cases": _LONG,
        "open_cases": _LONG,
        "reports": _LONG,
        "continuity": {"properties": _CONTINUITY},
    },
    "utterances": _SAID
    | {
        "caption_id": _KEYWORD,
        "language": _KEYWORD,
        "confidence": _SCORE,
        "model": _KEYWORD,
        "corrected": _FLAG,
    },
    "findings": _SAID
    | {
        "finding_id": _KEYWORD,
        "category": _KEYWORD,
        "score": _SCORE,
        "marks": _KEYWORD,
        "effect": _KEYWORD,
        "policy_version": _KEYWORD,
        "caption_ids": _KEYWORD,
    },
    "cases": {
        "room_id": _KEYWORD,
        "title": _TEXT,
        "case_id": _KEYWORD,
        "source": _KEYWORD,
        "category": _KEYWORD,
        "urgent": _FLAG,
        "score": _SCORE,
        "opened_ms": _TIME,
        "track_id": _KEYWORD,
        "speaker": _NAME,
        "finding_id": _KEYWORD,
        "start_ms": _LONG,
        "end_ms": _LONG,
        "decided": _FLAG,
        "decided_ms": _TIME,
        "violation": _FLAG,
    },
    "figures": {
        "figure_id": _KEYWORD,
        "minute_ms": _TIME,
        "room_id": _KEYWORD,
        "name": _KEYWORD,
        "value": {"type": "double"},
        "label": _KEYWORD,
    },
}
"""Index -> field -> mapping. Times (`_ms`) are Unix time where they are dates, room time where they are long."""


SETTINGS: dict[str, Any] = {"number_of_shards": 1, "analysis": ANALYSIS}


def mapping(index: str) -> dict[str, Any]:
    return {"dynamic": "strict", "properties": PROPERTIES[index]}
