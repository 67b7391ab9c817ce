"""YAML text and a field in, the line it stands on out; and keys that stand there twice refused.

YAML itself forgets where things stood, and takes the last of two equal keys without a word.
"""

from collections.abc import Iterator

import yaml

from schemas.errors import Invalid


def line_of(text: str, path: list[str]) -> int:
    """The line (from 1) of the field's key, or of its nearest parent that is there."""
    node, line = yaml.compose(text, yaml.SafeLoader), 1
    for key in path:
        found = _child(node, key)
        if found is None:
            break
        line, node = found
    return line


def refuse_twice(text: str) -> None:
    """Raise `Invalid` (`policy_invalid`) for a key that is there twice: whoever wrote the first meant it."""
    for node in _nodes(yaml.compose(text, yaml.SafeLoader)):
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                raise Invalid("policy_invalid", f"line {line}: `{key.value}` is there twice", field=str(key.value))
            seen.add(str(key.value))


def _nodes(root: yaml.Node | None) -> Iterator[yaml.Node]:
    """Each mapping and list once, however often an alias stands for it."""
    met, left = set[int](), [root]
    while left:
        node = left.pop()
        if isinstance(node, yaml.MappingNode | yaml.SequenceNode) and id(node) not in met:
            met.add(id(node))
            yield node
            left += [child[1] if isinstance(child, tuple) else child for child in node.value]


def _child(node: yaml.Node | None, key: str) -> tuple[int, yaml.Node] | None:
    """Where the key or the number of an item stands, and what stands there."""
    if isinstance(node, yaml.MappingNode):
        return next(((name.start_mark.line + 1, value) for name, value in node.value if name.value == key), None)
    if isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
        item = node.value[int(key)]
        return item.start_mark.line + 1, item
    return None
