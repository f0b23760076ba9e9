"""
Opens restored folders in the real Chroma. Reads lines `FOLDER FIRST LAST`, answers each with `exact N` or `wrong REASON`: exact
where the folder holds, in every answer it gives, the state after N operations, FIRST <= N <= LAST.
"""

import sys

import chromadb
from chromadb.config import Settings

from operations import COLLECTIONS, Model, vector


def states(first: int, last: int):
    model = Model()
    while model.done < last:
        if model.done >= first:
            yield model
        model.next()
    yield model


def stored(collection) -> dict[str, int]:
    found = collection.get(include=["documents", "metadatas"])
    return {name: meta["version"] for name, meta in zip(found["ids"], found["metadatas"])}


def close(one, other) -> bool:
    return all(abs(a - b) < 1e-4 for a, b in zip(one, other, strict=True))


def check(folder: str, first: int, last: int) -> str:
    client = chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False))
    collections = [client.get_collection(f"collection-{i}") for i in range(COLLECTIONS)]
    found = [stored(collection) for collection in collections]
    number = next((model.done for model in states(first, last) if model.documents == found), None)
    if number is None:
        return f"wrong no state from {first} to {last} has these {[len(each) for each in found]} documents"
    for collection, documents in zip(collections, found):
        problem = answers(collection, documents)
        if problem is not None:
            return f"wrong {collection.name}: {problem}"
    return f"exact {number}"


def answers(collection, documents: dict[str, int]) -> str | None:
    if collection.count() != len(documents):
        return f"count() is {collection.count()}, {len(documents)} are stored"
    if not documents:
        return None
    # The first query makes Chroma load the index from its files and apply the log to it.
    names = sorted(documents)
    for at in range(0, len(names), 100):
        part = names[at : at + 100]
        result = collection.query(query_embeddings=[vector(n, documents[n]) for n in part], n_results=1, include=["distances"])
        for name, ids, distances in zip(part, result["ids"], result["distances"]):
            if ids != [name] or abs(distances[0]) > 1e-4:
                return f"the nearest to {name} is {ids} at {distances}"
    vectors = collection.get(include=["embeddings"])
    for name, embedding in zip(vectors["ids"], vectors["embeddings"]):
        if not close(embedding, vector(name, documents[name])):
            return f"the vector of {name} is not its own"
    every = collection.query(query_embeddings=[vector("x", 0)], n_results=len(documents), include=[])
    if len(set(every["ids"][0])) != len(documents):
        return f"a query for all finds {len(set(every['ids'][0]))} of {len(documents)}"
    return None


for line in sys.stdin:
    folder, first, last = line.split()
    try:
        answer = check(folder, int(first), int(last))
    except BaseException as error:  # a panic of Chroma's Rust core is no Exception
        answer = f"wrong {type(error).__name__} {error}".replace("\n", " ")
    print(answer, flush=True)
