"""A net and examples in, the net trained out: length-bucketed batches, one warm-up, a straight fall to nothing."""

import random
import time
from collections.abc import Iterator, Sequence

import torch
from examples import CATEGORIES, GROUPS, Example
from net import DEVICE, Net, batch_of, rates, tokenizer
from torch import Tensor
from torch.nn import functional

LONGEST = 64
MASK = tokenizer(LONGEST).token_to_id("[MASK]")
GROUP_SHARE = 0.15
"""Weight of the loss of naming the group: enough to learn it, little enough to leave the categories alone."""
SMOOTHING = 0.03
WARM_UP = 0.06

Batch = list[tuple[list[int], Example]]


def fit(
    net: Net, passes: Sequence[Sequence[Example]], *, top_rate: float, size: int, seed: int, hides: float = 0.0
) -> None:
    """Train in place, each example of each pass once, `size` at a time; texts longer than `LONGEST` tokens are cut.

    `hides` is the share of tokens that are masked, each time others.
    """
    draw = random.Random(seed)
    torch.manual_seed(seed)
    order = [batch for examples in passes for batch in batches(examples, size, draw)]
    optimiser = torch.optim.AdamW(rates(net, top_rate), weight_decay=0.01, fused=True)
    steps = len(order)
    fall = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, n / (steps * WARM_UP)) * max(0, 1 - n / steps)
    )
    net.train()
    tally = _Tally(steps)
    for batch in order:
        loss = _loss(net, [(_hidden(tokens, hides, draw), one) for tokens, one in batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        fall.step()
        tally.add(loss.detach())


class _Tally:
    """Says now and then how far a fit is; the loss is asked for only then, because that waits for a GPU."""

    def __init__(self, steps: int) -> None:
        self._steps, self._seen, self._began = steps, 0, time.monotonic()

    def add(self, loss: Tensor) -> None:
        self._seen += 1
        if self._seen % 200 == 0:
            took_s = time.monotonic() - self._began
            print(f"step {self._seen}/{self._steps}  loss {loss.item():.4f}  {took_s:.0f} s", flush=True)


def batches(examples: Sequence[Example], size: int, draw: random.Random) -> Iterator[Batch]:
    """Shuffled batches of about alike length."""
    shuffled = draw.sample(list(examples), len(examples))
    cut = tokenizer(LONGEST).encode_batch([one.text for one in shuffled])
    rows = [(tokens.ids, one) for tokens, one in zip(cut, shuffled, strict=True)]
    shelf = size * 50
    found: list[Batch] = []
    for start in range(0, len(rows), shelf):
        alike = sorted(rows[start : start + shelf], key=lambda row: len(row[0]))
        found += [alike[n : n + size] for n in range(0, len(alike), size)]
    draw.shuffle(found)
    yield from found


def _hidden(tokens: list[int], share: float, draw: random.Random) -> list[int]:
    """The tokens with about that share of them masked; never the first and the last, which are marks."""
    masked = [MASK if draw.random() < share else token for token in tokens[1:-1]] if share else tokens[1:-1]
    return [tokens[0], *masked, tokens[-1]]


def _loss(net: Net, batch: Batch) -> Tensor:
    ids, mask = batch_of([tokens for tokens, _ in batch])
    with torch.autocast(DEVICE.type, torch.bfloat16):
        categories, groups = net(ids, mask)
    wanted, counted = _targets([one for _, one in batch])
    smooth = wanted * (1 - 2 * SMOOTHING) + SMOOTHING
    each = functional.binary_cross_entropy_with_logits(categories.float(), smooth, reduction="none")
    group = torch.tensor([GROUPS.index(one.group) if one.group else -1 for _, one in batch]).to(DEVICE)
    named = functional.cross_entropy(groups.float(), group, ignore_index=-1, reduction="sum") / len(batch)
    return (each * counted).sum() / counted.sum().clamp(min=1) + GROUP_SHARE * named


def _targets(examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Labels and their weights, (texts, categories); the weight is 0 where a source is silent."""
    wanted = torch.tensor([[float(one.labels.get(name, 0)) for name in CATEGORIES] for one in examples])
    counted = torch.tensor([[one.weight * (name in one.labels) for name in CATEGORIES] for one in examples])
    return wanted.to(DEVICE), counted.to(DEVICE)
