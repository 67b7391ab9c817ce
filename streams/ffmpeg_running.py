"""An ffmpeg-python output in; ffmpeg run quietly, or what it complained of as an error, out."""

from typing import Any

import ffmpeg

from streams.ffmpeg_binary import ffmpeg_binary


def run(output: Any) -> None:
    """Run to the end; raises `RuntimeError` with the last that ffmpeg said."""
    try:
        quiet(output).run(cmd=ffmpeg_binary(), capture_stdout=True, capture_stderr=True)
    except ffmpeg.Error as error:
        raise RuntimeError(f"ffmpeg failed: {error.stderr.decode(errors='replace')[-500:]}") from error


def quiet(output: Any, level: str = "error") -> Any:
    return output.global_args("-hide_banner", "-nostats", "-nostdin", "-loglevel", level).overwrite_output()
