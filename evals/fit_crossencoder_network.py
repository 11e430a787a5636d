"""The embedded model in torch, with low-rank changes that can be trained (LoRA; Hu et al., ICLR 2022).

Needs torch and onnx, which nothing else in this repository does.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from assistant import weights
from assistant.crossencoder import SCALE, ended, joined
from evals.fit_crossencoder_pairs import Group, Pair

LAYERS, HEADS = 6, 12
RANK = 16
EPSILON = 1e-12
DROPPED = 0.1
"""Share of the inputs to the first layer that are left out in training."""
ANSWER_WEIGHT = 2.0
WORD_WEIGHT = 4.0
"""What answers is rarer than what does not: among sentences, and among words."""
GROUP_LOSS, WORD_LOSS = 0.5, 0.3
_BLOCK = "model.layers.{}."
_MATRICES = ("attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.o_proj", "mlp.fc1", "mlp.fc2")
_NORMS = ("attention_output_norm_layernorm", "mlp_output_norm_layernorm")
_TYPES = ".model.embeddings.token_type_embeddings.weight"


class Changed(nn.Module):
    """A published matrix, held fast, with a change of low rank and a bias, which are learned."""

    def __init__(self, matrix: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        rows, columns = matrix.shape
        self.matrix = nn.Parameter(matrix, requires_grad=False)
        self.bias = nn.Parameter(bias)
        self.down = nn.Parameter(torch.randn(rows, RANK) / math.sqrt(rows))
        self.up = nn.Parameter(torch.zeros(RANK, columns))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.linear(x, self.matrix.t(), self.bias) + (x @ self.down) @ self.up * SCALE


class Block(nn.Module):
    """One layer of the transformer."""

    def __init__(self, published: dict[str, torch.Tensor], number: int) -> None:
        super().__init__()
        name = _BLOCK.format(number)
        self.changed = nn.ModuleList(
            Changed(published[f"{name}{part}.MatMul.weight"], published[f"{name}{part}.Add.bias"]) for part in _MATRICES
        )
        self.norms = nn.ModuleList(_norm(published, name + part) for part in _NORMS)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        *attention, output, widen, narrow = self.changed
        queries, keys, values = (
            part(x).view(batch, length, HEADS, width // HEADS).transpose(1, 2) for part in attention
        )
        attended = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        x = self.norms[0](x + output(attended.transpose(1, 2).reshape(batch, length, width)))
        changed: torch.Tensor = self.norms[1](x + narrow(functional.gelu(widen(x))))
        return changed


class Network(nn.Module):
    """The whole model with two heads: does this sentence answer, and does this word belong to the answer?"""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        torch.manual_seed(0)
        published, self._starts = _published(folder)
        self._tokenizer = weights.tokenizer(folder)
        self.words = nn.Embedding.from_pretrained(published[".model.embeddings.word_embeddings.weight"])
        self.places = nn.Embedding.from_pretrained(published[".model.embeddings.position_embeddings.weight"])
        self.types = nn.Parameter(published[_TYPES])
        self.norm = _norm(published, "model.layers.-1.embeddings_norm_layernorm").requires_grad_(False)
        self.blocks = nn.ModuleList(Block(published, number) for number in range(LAYERS))
        self.heads = nn.Linear(weights.WIDTH, 2)
        nn.init.normal_(self.heads.weight, std=0.02)
        self.heads.bias.data = torch.tensor([0.0, -2.0])
        heads = {id(parameter) for parameter in self.heads.parameters()}
        learned = [parameter for parameter in self.parameters() if parameter.requires_grad]
        self._optimiser = torch.optim.AdamW(
            [
                {"params": [one for one in learned if id(one) not in heads], "weight_decay": 0.01},
                {"params": [one for one in learned if id(one) in heads], "weight_decay": 0.0},
            ],
            betas=(0.9, 0.98),
        )

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(batch, length, 2) logits; the sentence's is the one at the start."""
        x = self.words(ids) + self.places(torch.arange(ids.shape[1])) + functional.embedding(types, self.types)
        x = functional.dropout(self.norm(x), DROPPED, self.training)
        for block in self.blocks:
            x = block(x, mask[:, None, None, :])
        logits: torch.Tensor = self.heads(x)
        return logits

    def length(self, pair: Pair) -> int:
        """Tokens of a pair's input."""
        return len(self._joined(pair)[0])

    def learn(self, step: Sequence[Group], rate: float) -> float:
        """One step on some groups; the loss before it."""
        self.train()
        for part in self._optimiser.param_groups:
            part["lr"] = rate
        loss = self._loss(step)
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([one for one in self.parameters() if one.requires_grad], 1.0)
        self._optimiser.step()
        return float(loss.detach())

    def _loss(self, step: Sequence[Group]) -> torch.Tensor:
        pairs = [pair for group in step for pair in group]
        joined_pairs = [self._joined(pair) for pair in pairs]
        longest = max(len(ids) for ids, _ in joined_pairs)
        ids, types, labels, told = (torch.zeros(len(pairs), longest, dtype=torch.long) for _ in range(4))
        mask = torch.zeros(len(pairs), longest, dtype=torch.bool)
        for row, (pair, (sequence, start)) in enumerate(zip(pairs, joined_pairs, strict=True)):
            end = len(sequence)
            ids[row, :end] = torch.tensor(sequence)
            types[row, start:end] = 1
            mask[row, :end] = True
            if pair.words is not None or not pair.answers:
                told[row, start : end - 1] = 1
                labels[row, start : end - 1] = torch.tensor(self._labels(pair)[: end - 1 - start])
        logits = self(ids, types, mask)
        answers = torch.tensor([float(pair.answers) for pair in pairs])
        sentence = logits[:, 0, 0]
        loss = functional.binary_cross_entropy_with_logits(sentence, answers, pos_weight=torch.tensor(ANSWER_WEIGHT))
        loss = loss + GROUP_LOSS * _group_loss(sentence, step)
        words = functional.binary_cross_entropy_with_logits(
            logits[:, :, 1], labels.float(), reduction="none", pos_weight=torch.tensor(WORD_WEIGHT)
        )
        return loss + WORD_LOSS * (words * told).sum() / told.sum().clamp(min=1)

    def save(self, path: Path) -> None:
        """As `assistant.crossencoder` reads it: changes as whole numbers and scales, vectors in half precision."""
        stored: dict[str, Any] = {}
        matrices, vectors = [], []
        for number, block in enumerate(self.blocks):
            for part, changed in zip(_MATRICES, block.changed, strict=True):
                name = f"{_BLOCK.format(number)}{part}.MatMul.weight"
                matrices.append(name)
                for side, axis in (("down", 0), ("up", 1)):
                    values = getattr(changed, side).detach().numpy()
                    scales = np.maximum(np.abs(values).max(axis=axis) / 127, 1e-12).astype(np.float32)
                    stored[f"{name}.{side}"] = np.round(values / (scales if axis == 0 else scales[:, None])).astype(
                        np.int8
                    )
                    stored[f"{name}.{side}.scales"] = scales
                vectors.append((f"{_BLOCK.format(number)}{part}.Add.bias", changed.bias))
            for part, norm in zip(_NORMS, block.norms, strict=True):
                vectors += [
                    (f"{_BLOCK.format(number)}{part}.{kind}", getattr(norm, kind)) for kind in ("weight", "bias")
                ]
        vectors.append((_TYPES, self.types))
        stored |= {name: values.detach().numpy().astype(np.float16) for name, values in vectors}
        stored["heads"] = self.heads.weight.detach().numpy().T.astype(np.float16)
        stored["head_biases"] = self.heads.bias.detach().numpy()
        stored["matrices"] = np.array(matrices)
        stored["starts"] = np.array([self._starts[name] for name in matrices], np.int64)
        stored["vectors"] = np.array([name for name, _ in vectors])
        np.savez_compressed(path, **stored)

    def _joined(self, pair: Pair) -> tuple[list[int], int]:
        asked, before, sentence = (
            self._tokenizer.encode(text, add_special_tokens=False).ids
            for text in (ended(pair.question), pair.before, pair.sentence)
        )
        return joined(asked, before, sentence)

    def _labels(self, pair: Pair) -> list[int]:
        """For each token of the sentence, whether it is of the answer."""
        spans = self._tokenizer.encode(pair.sentence, add_special_tokens=False).offsets
        first = pair.sentence.find(pair.words) if pair.words else -1
        last = first + len(pair.words or "") if first >= 0 else -1
        return [int(start < last and end > first) for start, end in spans]


def _group_loss(logits: torch.Tensor, step: Sequence[Group]) -> torch.Tensor:
    """How far the sentence that answers is from being the likeliest of its group; a mean over the groups with one."""
    losses, at = [], 0
    for group in step:
        right = [place for place, pair in enumerate(group) if pair.answers]
        if right:
            losses.append(-torch.log_softmax(logits[at : at + len(group)], 0)[right[0]])
        at += len(group)
    return torch.stack(losses).mean() if losses else logits.sum() * 0


def _norm(published: dict[str, torch.Tensor], name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(weights.WIDTH, eps=EPSILON)
    norm.weight.data, norm.bias.data = published[f"{name}.weight"], published[f"{name}.bias"]
    return norm


def _published(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, int]]:
    """The published weights by name, and where each begins in the model's data file, in bytes.

    onnx itself does not open a data file that has a second name on the disk, as installers give it one.
    """
    file = onnx.load(str(folder / "onnx" / "model.onnx"), load_external_data=False)
    starts = {
        one.name: int({entry.key: entry.value for entry in one.external_data}.get("offset", 0))
        for one in file.graph.initializer
        if one.external_data
    }
    found = {}
    for one in file.graph.initializer:
        if one.name in starts:
            values = weights.matrix(folder, starts[one.name], (math.prod(one.dims), 1)).reshape(tuple(one.dims))
        else:
            values = numpy_helper.to_array(one)
        found[one.name] = torch.from_numpy(values.copy())
    return found, starts
