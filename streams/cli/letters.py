"""`dead-letters`: what was refused on the topics, with the reason, the raw bytes' size and where it came from."""

import base64
from typing import Any, cast

import click
from confluent_kafka import Consumer, Message

from schemas.letters import DeadLetter
from schemas.topics import LETTERS
from schemas.wire import decode
from streams.cli.common import print_json, running_system, settings_of, with_settings
from streams.reading import partitions_of, ungrouped_consumer

QUIET_SECONDS = 1.0


@click.command("dead-letters")
@click.option("--room", "room_id", help="Only of this room.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line with the raw bytes (base64).")
@with_settings
def dead_letters(room_id: str | None, as_json: bool, **options: Any) -> None:
    """Show the records that were refused, why, and where they came from."""
    with running_system(settings_of(**options), look_only=True) as running:
        letters = [letter for letter in read_letters(running.kafka) if room_id in (None, letter.room_id)]
    if as_json:
        print_json({"dead_letters": [_plain(letter) for letter in letters]})
        return
    for letter in letters:
        origin = f"{letter.topic}/{letter.partition}/{letter.offset}"
        click.echo(f"{letter.reason:<20} {letter.field:<16} {origin:<24} {len(letter.raw):>7} B  {letter.detail}")
    click.echo(f"{len(letters)} dead letters")


def read_letters(kafka: str) -> list[DeadLetter]:
    """Every letter that the topic holds now."""
    consumer = ungrouped_consumer(kafka)
    try:
        consumer.assign(partitions_of(consumer, LETTERS))
        return _until_quiet(consumer)
    finally:
        consumer.close()


def _until_quiet(consumer: Consumer) -> list[DeadLetter]:
    letters: list[DeadLetter] = []
    while messages := consumer.consume(500, QUIET_SECONDS):
        letters.extend(_letter(message) for message in messages if message.error() is None)
    return letters


def _letter(message: Message) -> DeadLetter:
    return cast(DeadLetter, decode(LETTERS.name, message.headers() or (), message.value()))


def _plain(letter: DeadLetter) -> dict[str, Any]:
    return {
        "reason": letter.reason,
        "detail": letter.detail,
        "field": letter.field,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "room_id": letter.room_id,
        "at_ms": letter.at_ms,
        "headers": {name: value.decode(errors="replace") for name, value in letter.headers},
        "raw": base64.b64encode(letter.raw).decode(),
    }
