"""A trained net in, one int8 ONNX file with its tokenizer inside out; what it says is not calibrated yet."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from examples import CATEGORIES, GROUPS
from net import ENCODER, Net
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

HEADS = 12
LATIN_END = 0x250
"""Pieces with letters beyond Latin are left out: the model abstains where those letters are the rule."""


class Rows(nn.Module):
    """Word vectors in eight bits, each with a scale of its own: a quarter of the size at half a percent of error."""

    def __init__(self, vectors: Tensor) -> None:
        super().__init__()
        scales = vectors.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rounded", (vectors / scales).round().to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        return functional.embedding(ids, self.rounded).float() * functional.embedding(ids, self.scales)


def export(net: Net, version: str, target: Path) -> None:
    """Write `target`; its version and the names of its outputs go into its metadata as JSON."""
    kept = kept_pieces()
    words = net.encoder.embeddings.word_embeddings
    net.encoder.embeddings.word_embeddings = Rows(words.weight[kept].detach().cpu())
    with TemporaryDirectory() as folder:
        plain, fused, small = (Path(folder) / f"{name}.onnx" for name in ("plain", "fused", "small"))
        _write(net.cpu().eval(), plain)
        optimize_model(str(plain), "bert", num_heads=HEADS, hidden_size=384, opt_level=0).save_model_to_file(str(fused))
        quantize_dynamic(
            fused,
            small,
            op_types_to_quantize=["MatMul", "Attention"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        model = onnx.load(str(small))
    facts = {"categories": CATEGORIES, "groups": GROUPS, "version": version}
    onnx.helper.set_model_props(model, {"tokenizer": _tokenizer(kept), "facts": json.dumps(facts)})
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(model.SerializeToString())


def kept_pieces() -> list[int]:
    """Ids of the vocabulary's pieces that English needs, in order: no unused places, no letters beyond Latin."""
    vocabulary = _described()["model"]["vocab"]
    return [
        number
        for piece, number in sorted(vocabulary.items(), key=lambda item: item[1])
        if not piece.startswith("[unused") and all(ord(letter) < LATIN_END for letter in piece)
    ]


def _tokenizer(kept: list[int]) -> str:
    """The encoder's tokenizer with the kept pieces renumbered, as the `tokenizers` package reads it."""
    described = _described()
    pieces = {number: piece for piece, number in described["model"]["vocab"].items()}
    new = {pieces[number]: place for place, number in enumerate(kept)}
    described["model"]["vocab"] = new
    for token in described["added_tokens"]:
        token["id"] = new[token["content"]]
    for name, special in described["post_processor"].get("special_tokens", {}).items():
        special["ids"] = [new[name]]
    for name in ("sep", "cls"):
        if name in described["post_processor"]:
            piece = described["post_processor"][name][0]
            described["post_processor"][name] = [piece, new[piece]]
    described["truncation"] = described["padding"] = None
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    Tokenizer.from_str(text)
    return text


def _described() -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, dict[str, dict[str, int]]] = json.loads((ENCODER / "tokenizer.json").read_text("utf-8"))
    return found


def _write(net: Net, target: Path) -> None:
    shape = torch.ones(2, 8, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        net,
        (shape, shape),
        str(target),
        input_names=["ids", "mask"],
        output_names=["categories", "groups"],
        dynamic_axes={"ids": axes, "mask": axes, "categories": {0: "texts"}, "groups": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
