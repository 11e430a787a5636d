"""Measure how the parts of the retriever's score find the gold sentence in long articles.

    python -m evals.retrieval_study --data DIR        DIR holds squad2_dev.jsonl and squad2_dev_corpus.jsonl

Each SQuAD article is one document of all its paragraphs; each answerable question is asked of all its sentences.
Nothing is fitted here: the few constants were chosen by this table, and its last column is the worst article's.
"""

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant import questions
from assistant.embeddings import MiniLM
from assistant.retrieval import BM25_WEIGHT, PASSAGE_WEIGHT, alignment, signals
from assistant.retrieval.alignment import Floats
from assistant.retrieval.bm25 import Lexicon, rarity
from assistant.text.lexicon import root
from evals import fit_data

CUTS = (1, 3, 5, 10)


def fused(first: Floats, second: Floats) -> Floats:
    """Reciprocal rank fusion, k = 60."""
    ranks = (np.argsort(np.argsort(-scores, kind="stable"), kind="stable") for scores in (first, second))
    return np.asarray(sum(1 / (60 + rank) for rank in ranks), np.float32)


def variants(
    match: Floats, idf: Floats, light: Floats, cosine: Floats, bm25: Floats, passages: NDArray[np.int64]
) -> Mapping[str, Floats]:
    """Scores of all sentences for one question by variant; `light` is below 1 for asking words."""
    plain, weights = idf / idf.sum(), idf * light / (idf * light).sum()
    window = alignment.with_neighbours(match, passages) @ weights
    passage = alignment.over_passages(match, passages) @ weights
    return {
        "BM25": bm25,
        "pooled cosine": cosine,
        "BM25 + pooled cosine, reciprocal ranks": fused(bm25, cosine),
        "late interaction, unweighted": match.mean(axis=1),
        "late interaction, weighted by rarity": match @ plain,
        "… asking words weigh 0.4": match @ weights,
        "… + 0.1 pooled cosine": match @ weights + np.float32(0.1) * cosine,
        "… + 0.01 BM25": match @ weights + np.float32(0.01) * bm25,
        "… borrowing from neighbours": window,
        "… and 0.4 passage": window + np.float32(PASSAGE_WEIGHT) * passage,
        "… and 0.01 BM25 (as shipped)": window + np.float32(PASSAGE_WEIGHT) * passage + np.float32(BM25_WEIGHT) * bm25,
    }


def ranks(item: fit_data.Questioned, model: MiniLM) -> dict[str, list[int]]:
    """For each variant the best rank of a gold sentence, from 0, for each answerable question."""
    sentences = item.article.article.sentences
    sentence_vectors, tokens = fit_data.encode(model, [sentence.text for sentence in sentences])
    having: dict[str, int] = {}
    for start, end in zip(tokens.offsets[:-1], tokens.offsets[1:], strict=True):
        for token in set(tokens.tokens[start:end]):
            having[token] = having.get(token, 0) + 1
    lexicon = Lexicon([[root(word) for word in signals.Reading.of(sentence.text).words] for sentence in sentences])
    passages = alignment.passages_of([(0, sentence.paragraph) for sentence in sentences])
    asked = [question for question in item.questions if question.gold]
    question_vectors, asked_tokens = fit_data.encode(model, [question.text for question in asked])
    found: dict[str, list[int]] = {}
    for i, question in enumerate(asked):
        own = slice(int(asked_tokens.offsets[i]), int(asked_tokens.offsets[i + 1]))
        words = asked_tokens.tokens[own]
        idf = np.array([rarity(len(sentences), having.get(word, 0)) for word in words], np.float32)
        light = np.array(
            [signals.LIGHT if word in signals.ASKING or word == "?" else 1.0 for word in words], np.float32
        )
        match = alignment.best_match(asked_tokens.vectors[own], tokens)
        bm25 = lexicon.scores([root(term) for term in questions.analyse(question.text).terms])
        cosine = sentence_vectors @ question_vectors[i]
        gold = [row for row, sentence in enumerate(sentences) if sentence.id in question.gold]
        for name, scores in variants(match, idf, light, cosine, bm25, passages).items():
            order = np.argsort(-scores, kind="stable").tolist()
            found.setdefault(name, []).append(min(order.index(row) for row in gold))
    return found


def table(by_article: Sequence[Mapping[str, Sequence[int]]]) -> str:
    """Markdown: share of questions with a gold sentence among the first k, and the lowest article's share first."""
    lines = ["| score | first | top 3 | top 5 | top 10 | first, lowest article |", "|---|---|---|---|---|---|"]
    for name in by_article[0]:
        places = np.concatenate([article[name] for article in by_article])
        lowest = min(float((np.array(article[name]) < 1).mean()) for article in by_article)
        lines.append(f"| {name} | " + " | ".join(f"{(places < cut).mean():.3f}" for cut in CUTS) + f" | {lowest:.3f} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m evals.retrieval_study",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=fit_data.public_sets, required=True, help="folder with the question sets")
    options = parser.parse_args(arguments)
    model = MiniLM()
    by_article = [ranks(item, model) for item in fit_data.squad(options.data)]
    count = sum(len(article["BM25"]) for article in by_article)
    print(f"{count} questions, {len(by_article)} articles\n")
    print(table(by_article))


if __name__ == "__main__":
    main()
