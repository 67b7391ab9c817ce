"""A net and examples in, the net trained out: length-bucketed batches, one warm-up, a straight fall to nothing."""

import random
import time
from collections.abc import Iterator, Sequence

import torch
from examples import CATEGORIES, GROUPS, Example
from net import Net, batch_of, rates, tokenizer
from torch import Tensor
from torch.nn import functional

BATCH = 32
LONGEST = 64
GROUP_SHARE = 0.15
"""Weight of the loss of naming the group: enough to learn it, little enough to leave the categories alone."""
SMOOTHING = 0.03


def fit(net: Net, examples: Sequence[Example], *, top_rate: float, seed: int) -> None:
    """Train in place, each example once; texts longer than `LONGEST` tokens are cut."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    optimiser = torch.optim.AdamW(rates(net, top_rate), weight_decay=0.01, fused=True)
    steps = len(examples) // BATCH + 1
    fall = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min(1.0, n / (steps * 0.06)) * max(0, 1 - n / steps))
    net.train()
    began, seen, total = time.monotonic(), 0, 0.0
    for batch in batches(examples, draw):
        loss = _loss(net, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        fall.step()
        seen, total = seen + 1, total + loss.item()
        if seen % 50 == 0:
            print(f"step {seen}/{steps}  loss {total / 50:.4f}  {time.monotonic() - began:.0f} s", flush=True)
            total = 0.0


def batches(examples: Sequence[Example], draw: random.Random) -> Iterator[list[tuple[list[int], Example]]]:
    """Shuffled batches of about alike length."""
    cut = tokenizer(LONGEST)
    rows = [(cut.encode(one.text).ids, one) for one in draw.sample(list(examples), len(examples))]
    shelf = BATCH * 50
    found: list[list[tuple[list[int], Example]]] = []
    for start in range(0, len(rows), shelf):
        alike = sorted(rows[start : start + shelf], key=lambda row: len(row[0]))
        found += [alike[n : n + BATCH] for n in range(0, len(alike), BATCH)]
    draw.shuffle(found)
    yield from found


def _loss(net: Net, batch: list[tuple[list[int], Example]]) -> Tensor:
    ids, mask = batch_of([tokens for tokens, _ in batch])
    with torch.autocast("cpu", torch.bfloat16):
        categories, groups = net(ids, mask)
    wanted, counted = _targets([one for _, one in batch])
    smooth = wanted * (1 - 2 * SMOOTHING) + SMOOTHING
    each = functional.binary_cross_entropy_with_logits(categories.float(), smooth, reduction="none")
    group = torch.tensor([GROUPS.index(one.group) if one.group else -1 for _, one in batch])
    named = functional.cross_entropy(groups.float(), group, ignore_index=-1, reduction="sum") / len(batch)
    return (each * counted).sum() / counted.sum().clamp(min=1) + GROUP_SHARE * named


def _targets(examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Labels and their weights, (texts, categories); the weight is 0 where a source is silent."""
    wanted = torch.tensor([[float(one.labels.get(name, 0)) for name in CATEGORIES] for one in examples])
    counted = torch.tensor([[one.weight * (name in one.labels) for name in CATEGORIES] for one in examples])
    return wanted, counted
