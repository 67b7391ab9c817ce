"""Nothing in; the ffmpeg to run out: the system's, else the one that PyPI's imageio-ffmpeg carries."""

import shutil
import subprocess
from functools import cache

import imageio_ffmpeg

from schemas.errors import Unavailable


@cache
def ffmpeg_binary() -> str:
    """Path of the ffmpeg to run; raises `Unavailable` where there is none."""
    system = shutil.which("ffmpeg")
    if system is not None:
        return system
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise Unavailable("there is no ffmpeg: install it, or the package imageio-ffmpeg") from error


def describe_ffmpeg() -> str:
    """Version and path, for people; raises `Unavailable` where there is none or it does not start."""
    binary = ffmpeg_binary()
    try:
        said = subprocess.run((binary, "-version"), capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"{binary} does not start") from error
    return f"{said.split(' Copyright')[0].removeprefix('ffmpeg version ')} ({binary})"
