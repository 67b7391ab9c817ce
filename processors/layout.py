"""Where things are kept: ids in, object keys out. One folder a room; all keys are derived, none is invented."""

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
