"""Teach the embedded model to read a question and a sentence together, and print how well it does on unseen texts.

    pip install torch onnx
    python -m evals.fit_crossencoder --data DIR   DIR holds squad2_dev.jsonl and squad2_dev_corpus.jsonl

Learns from `evals/reading` and from every second article of the SQuAD 2.0 half; every twentieth text and the other
articles are held out. Low-rank changes to every matrix (rank 16), to biases and norms, and two heads are trained; they
are written to `assistant/crossencoder.npz`, 0.7 MB. On two cores it takes the 72 minutes of `--minutes`. No two runs
are quite alike: what a minute holds differs.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score

from assistant import crossencoder, questions, weights
from assistant.embeddings import MiniLM
from assistant.retrieval import Retriever
from evals import fit_data
from evals.fit_crossencoder_pairs import Group, Pair, Text, groups, read_texts
from evals.fit_rows import Ahead, ended

if TYPE_CHECKING:
    from evals.fit_crossencoder_network import Network

OTHERS = 2
"""Sentences beside the one that answers, in a group."""
TOKENS = 2_400
"""Of a batch, padding included."""
RATE = 1e-3
HELD_OUT = 20
CANDIDATES = 8


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m evals.fit_crossencoder",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=fit_data.public_sets, metavar="DIR", help="folder with the public question sets")
    parser.add_argument(
        "--minutes", type=float, default=72.0, help="when to stop; the rate falls to nothing until then"
    )
    parser.add_argument(
        "--epochs", type=int, default=3, help="times through the pairs at most, each with other sentences"
    )
    parser.add_argument("--out", type=Path, default=crossencoder.CHANGES, help="where to write the changed weights")
    options = parser.parse_args(arguments)
    try:
        from evals.fit_crossencoder_network import Network
    except ImportError as error:
        parser.error(f"{error}. Training needs two packages that nothing else here does: pip install torch onnx")
    texts = read_texts()
    seen = [text for number, text in enumerate(texts) if number % HELD_OUT != 7]
    unseen = [text for number, text in enumerate(texts) if number % HELD_OUT == 7]
    squad = tuple(squad_groups(options.data)) if options.data else ()
    random = Random(0)
    epochs = []
    for _ in range(options.epochs):
        epoch = [*groups(seen, OTHERS, random), *squad]
        random.shuffle(epoch)
        epochs.append(epoch)
    print(f"{len(seen)} texts, {len(epochs[0]):,} questions, {sum(map(len, epochs[0])):,} pairs", flush=True)
    network = Network(weights.folder())
    train(network, [batch for epoch in epochs for batch in batches(epoch, network, random)], options.minutes)
    network.save(options.out)
    print("\n".join(report(crossencoder.CrossEncoder(weights.folder(), options.out), unseen)))


def squad_groups(folder: Path) -> Iterator[Group]:
    """Questions of every second article with the retriever's best sentences of it."""
    model = MiniLM()
    for item in fit_data.learned(fit_data.squad(folder)):
        document = item.article.article
        retriever = Retriever(
            fit_data.index(item.article, model), Ahead(model, [ended(asked.text) for asked in item.questions])
        )
        before = {document.sentences[0].id: document.title}
        for first, second in pairwise(document.sentences):
            before[second.id] = first.text if first.paragraph == second.paragraph else document.title
        for asked in item.questions:
            if asked.answerable and not asked.gold:
                continue
            found = [evidence.sentence for evidence in retriever.search(questions.analyse(asked.text), k=CANDIDATES)]
            gold = [sentence for sentence in document.sentences if sentence.id in asked.gold][:1]
            others = [sentence for sentence in found if sentence.id not in asked.gold][:OTHERS]
            yield tuple(
                Pair(asked.text, before[sentence.id], sentence.text, sentence.id in asked.gold)
                for sentence in (*gold, *others)
            )


def batches(epoch: Sequence[Group], network: "Network", random: Random) -> Iterator[list[Group]]:
    """The groups in batches of like length, in random order."""
    found = []
    for start in range(0, len(epoch), 600):
        part = [(max(map(network.length, group)), group) for group in epoch[start : start + 600]]
        part.sort(key=lambda sized: sized[0])
        batch: list[Group] = []
        for length, group in part:
            if batch and length * (sum(map(len, batch)) + len(group)) > TOKENS:
                found.append(batch)
                batch = []
            batch.append(group)
        found.append(batch)
    random.shuffle(found)
    yield from found


def train(network: "Network", steps: Sequence[Sequence[Group]], minutes: float) -> None:
    """Until the steps or the minutes run out, whichever ends sooner; the rate falls linearly to nothing."""
    warm = max(20, min(150, len(steps) // 12))
    start = time.monotonic()
    loss = 0.0
    for number, step in enumerate(steps):
        done = max(number / len(steps), (time.monotonic() - start) / 60 / minutes)
        if done >= 1:
            break
        new = network.learn(step, RATE * min(1, (number + 1) / warm) * max(0.02, 1 - done))
        loss = 0.97 * loss + 0.03 * new if number else new
        if number % 100 == 0:
            print(f"step {number:,} of {len(steps):,}: loss {loss:.3f}, {time.monotonic() - start:.0f} s", flush=True)


def report(trained: crossencoder.CrossEncoder, texts: Sequence[Text]) -> Iterator[str]:
    """Every question read with every sentence of its text: is there an answer, and is it read first?"""
    best, answerable, first, pairs = [], [], [], []
    for text in texts:
        for asked in text.asked:
            read = trained.read_passages(
                asked.question, [(text.before(number), sentence) for number, sentence in text.sentences.items()]
            )
            scores = np.array([one.answers for one in read])
            best.append(scores.max())
            answerable.append(bool(asked.answers))
            if asked.answers:
                first.append(list(text.sentences)[int(scores.argmax())] in asked.answers)
            if asked.made:
                made = trained.read_passages(asked.question, [(text.sentences[asked.tempting], asked.made[0])])[0]
                pairs.append(made.answers > scores[list(text.sentences).index(asked.tempting)])
    yield f"{len(texts)} texts held out, {len(best)} questions:"
    yield f"area under the curve, answered by the text or not: {roc_auc_score(answerable, best):.3f}"
    yield f"the sentence that answers is read as the likeliest: {np.mean(first):.3f}"
    yield f"a sentence that answers beats the one that tempts: {np.mean(pairs):.3f}"


if __name__ == "__main__":
    main()
