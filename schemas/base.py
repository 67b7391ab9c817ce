"""The base of every record: frozen, keyword-only, strict about fields, and silent about words and audio in its repr."""

from typing import ClassVar

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that travels or is kept.

    Fields named in `_private` hold what people said or sent; a repr shows only how much of it there is,
    so that records may be logged and traced.
    """

    _private: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self._shown(name)}" for name in self.__struct_fields__)
        return f"{type(self).__name__}({shown})"

    def _shown(self, name: str) -> str:
        value = getattr(self, name)
        if name not in self._private or value is None:
            return repr(value)
        return f"<{len(value)}>" if hasattr(value, "__len__") else "<hidden>"


class Tagged(Record, frozen=True, kw_only=True, tag_field="type", tag=True):
    """A record that stands in a union; its class name is its `type` on the wire."""
