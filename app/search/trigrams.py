"""An in-process index of short texts: prefixes of words first, then trigrams ranked for typos.

Twenty thousand names answer in well under a millisecond because everything is a sorted array of
small integers: each word and each trigram has a *posting*, the numbers of the texts that hold it.
Postings lie one after the other in alphabetical order, so all words with a prefix are one slice.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from app.search.normalise import TypedWords

Key = TypeVar("Key", bound=Hashable)
Numbers = NDArray[np.int32]

_ALPHABET = " 0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_ALPHABET)
_CODES = np.zeros(256, dtype=np.int32)
for _position, _letter in enumerate(_ALPHABET):
    _CODES[ord(_letter)] = _position
_TRIGRAMS = _BASE**3

_POSTING_BUDGET = 30_000  # the rarest trigrams tell most; the rest would only take time
_FEW = 2_000  # so few texts are checked one by one faster than through a mask
_CANDIDATES = 64
_LIKE_ENOUGH = 0.62
_PREFIX_LIMIT = 100


@dataclass(frozen=True)
class Match(Generic[Key]):
    """One answer: the key given at indexing and a likeness of 0 to 1 (all words there: above 1)."""

    key: Key
    score: float


class Findable(Protocol[Key]):
    """What finds texts that hold the words typed, and texts that are like them."""

    def begun(self, typed: TypedWords, limit: int) -> list[Match[Key]]:
        """Return the best texts in which every word typed begins a word."""
        ...

    def alike(self, typed: TypedWords, limit: int) -> list[Match[Key]]:
        """Return the texts most like what was typed."""
        ...


def filled(
    begun: Sequence[Match[Key]], index: Findable[Key], typed: TypedWords, limit: int
) -> list[Match[Key]]:
    """Return what is begun, and where that is less than `limit`, what is only alike after it."""
    if len(begun) >= limit:
        return list(begun[:limit])
    known = {match.key for match in begun}
    like = (match for match in index.alike(typed, limit) if match.key not in known)
    return [*begun, *islice(like, limit - len(begun))]


class TextIndex(Generic[Key]):
    """Immutable index of normalised texts (words of a–z and 0–9, one space apart)."""

    def __init__(self, documents: Iterable[tuple[Key, str]]) -> None:
        ordered = sorted(documents, key=lambda pair: pair[1])
        self.keys: list[Key] = [key for key, _ in ordered]
        self._texts: list[str] = [f" {text} " for _, text in ordered]
        self._vocabulary, self._word_ends, self._by_word = _word_postings(self._texts)
        self._trigram_ends, self._by_trigram = _trigram_postings(self._texts)

    def __len__(self) -> int:
        """Return how many texts are indexed."""
        return len(self.keys)

    def begun(self, typed: TypedWords, limit: int) -> list[Match[Key]]:
        """Return the best texts in which every word typed begins a word, at most `limit`."""
        return self._matches(self._by_prefix(typed)[:limit]) if self._can_answer(typed) else []

    def alike(self, typed: TypedWords, limit: int) -> list[Match[Key]]:
        """Return the texts most like what was typed, at most `limit`."""
        return self._matches(self._by_likeness(typed, limit)) if self._can_answer(typed) else []

    def _can_answer(self, typed: TypedWords) -> bool:
        return bool(typed.all and self.keys)

    def _matches(self, found: Iterable[tuple[int, float]]) -> list[Match[Key]]:
        return [Match(self.keys[number], score) for number, score in found]

    def _by_prefix(self, typed: TypedWords) -> list[tuple[int, float]]:
        slices = sorted((self._slice(word) for word in typed.all), key=len)
        numbers = slices[0]
        for other in slices[1:]:
            if len(numbers) > _FEW:
                numbers = numbers[self._mask(other)[numbers]]
        needles = [f" {word}" for word in typed.all]
        texts = self._texts
        seen: dict[int, float] = {}
        for number in numbers.tolist():
            text = texts[number]
            if number not in seen and all(needle in text for needle in needles):
                seen[number] = _prefix_score(text, typed)
                if len(seen) >= _PREFIX_LIMIT:
                    break
        return sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))

    def _slice(self, prefix: str) -> Numbers:
        first = bisect_left(self._vocabulary, prefix)
        last = bisect_left(self._vocabulary, prefix + "{", lo=first)  # "{" follows "z"
        return self._by_word[self._word_ends[first] : self._word_ends[last]]

    def _mask(self, numbers: Numbers) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.keys), dtype=np.bool_)
        mask[numbers] = True
        return mask

    def _by_likeness(self, typed: TypedWords, limit: int) -> list[tuple[int, float]]:
        numbers = self._candidates(typed)
        if not numbers:
            return []
        scores = _likeness(typed, [self._texts[number] for number in numbers])
        ranked = sorted(zip(numbers, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
        return [pair for pair in ranked[:limit] if pair[1] >= _LIKE_ENOUGH]

    def _candidates(self, typed: TypedWords) -> list[int]:
        """Return the texts that share most of the rarest trigrams, the most similar first."""
        codes = _query_trigrams(typed)
        sizes = self._trigram_ends[codes + 1] - self._trigram_ends[codes]
        order = np.argsort(sizes, kind="stable")
        order = order[sizes[order] > 0]
        kept = order[: max(3, int(np.searchsorted(np.cumsum(sizes[order]), _POSTING_BUDGET)))]
        if not len(kept):
            return []
        postings = [
            self._by_trigram[self._trigram_ends[code] : self._trigram_ends[code + 1]]
            for code in codes[kept].tolist()
        ]
        counts = np.bincount(np.concatenate(postings), minlength=1)
        return _most_frequent(counts)


def _most_frequent(counts: NDArray[np.intp]) -> list[int]:
    """Return the numbers with the highest counts: whole levels until there are enough."""
    threshold = int(counts.max())
    numbers = np.flatnonzero(counts >= threshold)
    while len(numbers) < _CANDIDATES // 2 and threshold > 1:
        threshold -= 1
        numbers = np.flatnonzero(counts >= threshold)
    if len(numbers) > _CANDIDATES:
        numbers = numbers[np.argsort(-counts[numbers], kind="stable")[:_CANDIDATES]]
    result: list[int] = numbers.tolist()
    return result


def _prefix_score(text: str, typed: TypedWords) -> float:
    """Rank whole words over prefixes, and a text that begins with the query over the rest."""
    whole = sum(f" {word} " in text for word in typed.all)
    begins = text.startswith(f" {typed.all[0]}")
    return 1.0 + whole / len(typed.all) + (0.5 if begins else 0.0)


def _likeness(typed: TypedWords, texts: Sequence[str]) -> list[float]:
    """Score each text: for every typed word its most similar word, weighted by length.

    The whole query against the whole text is the second opinion, for words written together
    or apart.
    """
    words = [text.split() for text in texts]
    ends = np.cumsum([0, *(len(group) for group in words)])[:-1]
    flat = [word for group in words for word in group]
    scores = (
        process.cdist(typed.finished, flat, scorer=OSA.normalized_similarity, dtype=np.float32)
        if typed.finished
        else np.empty((0, len(flat)), dtype=np.float32)
    )
    if typed.unfinished:
        scores = np.vstack([scores, _unfinished_scores(typed.unfinished, flat)])
    best = np.maximum.reduceat(scores, ends, axis=1)
    weights = np.array([len(word) for word in typed.all], dtype=np.float32)
    by_word = (weights @ best) / weights.sum()
    whole = " ".join(typed.all)
    by_text = [fuzz.partial_ratio(whole, text) for text in texts]
    return [max(float(a), b / 105.0) for a, b in zip(by_word, by_text, strict=True)]


def _unfinished_scores(word: str, flat: Sequence[str]) -> NDArray[np.float32]:
    """Compare a begun word with the beginning of each word."""
    length = len(word)
    beginnings = [other[: length + 1] if len(other) > length + 2 else other for other in flat]
    scores: NDArray[np.float32] = process.cdist(
        [word], beginnings, scorer=OSA.normalized_similarity, dtype=np.float32
    )
    return scores


def _query_trigrams(typed: TypedWords) -> NDArray[np.int32]:
    text = " " + " ".join(typed.all) + ("" if typed.unfinished else " ")
    codes = _CODES[np.frombuffer(text.encode("ascii"), dtype=np.uint8)]
    return np.unique(_trigrams_of(codes)[_is_useful(codes)])


def _trigrams_of(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    return (codes[:-2] * _BASE + codes[1:-1]) * _BASE + codes[2:]


def _is_useful(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Leave out trigrams across two words: they would depend on the order of the words."""
    useful: NDArray[np.bool_] = codes[1:-1] != 0
    return useful


def _trigram_postings(texts: Sequence[str]) -> tuple[NDArray[np.int64], Numbers]:
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    codes = _CODES[np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8)]
    if not len(codes):
        return np.zeros(_TRIGRAMS + 1, dtype=np.int64), np.empty(0, dtype=np.int32)
    numbers = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)[:-2]
    useful = _is_useful(codes)
    pairs = _trigrams_of(codes)[useful].astype(np.int64) * len(texts) + numbers[useful]
    # Sorted in place: `np.unique` takes seven times as long on millions of numbers.
    pairs.sort()
    pairs = pairs[np.concatenate([[True], pairs[1:] != pairs[:-1]])]
    counts = np.bincount(pairs // len(texts), minlength=_TRIGRAMS)
    ends = np.concatenate([[0], np.cumsum(counts)])
    return ends, (pairs % len(texts)).astype(np.int32)


def _word_postings(texts: Sequence[str]) -> tuple[list[str], list[int], Numbers]:
    postings: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        for word in dict.fromkeys(text.split()):
            postings.setdefault(word, []).append(number)
    vocabulary = sorted(postings)
    ends = np.cumsum([0, *(len(postings[word]) for word in vocabulary)]).tolist()
    flat = [number for word in vocabulary for number in postings[word]]
    return vocabulary, ends, np.array(flat, dtype=np.int32)
