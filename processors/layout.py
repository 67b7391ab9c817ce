"""Where things are kept: ids in, object keys out. One folder a room; all keys are derived, none is invented."""

import hashlib

ROOMS = "rooms/"
ERASURES = "erasures/"


def room_folder(room_id: str) -> str:
    return f"{ROOMS}{room_id}/"


def log_folder(room_id: str) -> str:
    return f"rooms/{room_id}/log/"


def log_key(room_id: str, position: int) -> str:
    """All entries of one command, one a line, under the position of the first: all are there or none."""
    return f"{log_folder(room_id)}{position:08}.json"


def parts_folder(room_id: str, track_id: str) -> str:
    return f"rooms/{room_id}/tracks/{track_id}/parts/"


def part_key(room_id: str, track_id: str, index: int) -> str:
    return f"{parts_folder(room_id, track_id)}{index:06}.part"


def audio_key(room_id: str) -> str:
    return f"rooms/{room_id}/recording/audio.m4a"


def hls_key(room_id: str, name: str) -> str:
    return f"rooms/{room_id}/recording/hls/{name}"


def waveform_key(room_id: str) -> str:
    return f"rooms/{room_id}/recording/waveform.json"


def manifest_key(room_id: str) -> str:
    return f"rooms/{room_id}/recording/manifest.json"


def transcript_key(room_id: str) -> str:
    return f"rooms/{room_id}/captions/final.json"


def recording_folder(room_id: str) -> str:
    return f"rooms/{room_id}/recording/"


def erasure_key(room_id: str, position: int) -> str:
    """The ledger of erasures, outside the room's folder: a purge or a restore of the room does not take it along."""
    return f"{ERASURES}{room_id}/{position:08}.json"


def certificate_key(room_id: str) -> str:
    return f"certificates/{room_id}.json"


POLICIES = "policies/"
UNSCREENED = "unscreened/"
OUTBOX = "outbox/"


def policy_key(number: int) -> str:
    return f"{POLICIES}{number:08}.json"


def policy_number(key: str) -> int:
    """The number in a policy's key, -1 of a key that is none."""
    number = key.removeprefix(POLICIES).removesuffix(".json")
    return int(number) if number.isdecimal() else -1


def unscreened_key(room_id: str) -> str:
    """A mark, without content: the model was away when the room was screened."""
    return f"{UNSCREENED}{room_id}"


def outbox_key(case_id: str) -> str:
    """An alert that has not been delivered."""
    return f"{OUTBOX}{case_id}.json"


def evidence_folder(room_id: str) -> str:
    return f"rooms/{room_id}/evidence/"


def reasons_key(room_id: str, finding_id: str) -> str:
    """Under a digest of the finding's id: that names a track, and a certificate names no track."""
    return f"{evidence_folder(room_id)}testimony-{hashlib.sha256(finding_id.encode()).hexdigest()[:16]}.json"


def kept_reasons_key(room_id: str, case_id: str) -> str:
    """The finding's reasons as they were when the case's evidence was kept; those of the finding may still grow."""
    return f"{evidence_folder(room_id)}{case_id}.testimony.json"


def clip_key(room_id: str, case_id: str, ending: str) -> str:
    """`flac` for the sound, `json` for what it was cut from."""
    return f"{evidence_folder(room_id)}{case_id}.{ending}"


def shadow_key(room_id: str) -> str:
    return f"{evidence_folder(room_id)}shadow.json"
