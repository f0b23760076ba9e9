"""Writes to a real Chroma without a pause. Prints the number of each operation when it begins and when it is done."""

import sys

import chromadb
from chromadb.config import Settings

from operations import COLLECTIONS, Model, vector


def main(folder: str, sync_threshold: int) -> None:
    client = chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False))
    collections = [
        client.get_or_create_collection(
            f"collection-{i}", configuration={"hnsw": {"space": "cosine", "sync_threshold": sync_threshold, "batch_size": sync_threshold}}
        )
        for i in range(COLLECTIONS)
    ]
    model = Model()
    while True:
        print(f"begin {model.done + 1}", flush=True)
        which, kind, items = model.next()
        ids = [name for name, _ in items]
        if kind == "delete":
            collections[which].delete(ids=ids)
        else:
            put = collections[which].add if kind == "add" else collections[which].update
            put(
                ids=ids,
                embeddings=[vector(name, version) for name, version in items],
                documents=[f"{name} in version {version}" for name, version in items],
                metadatas=[{"version": version} for _, version in items],
            )
        print(f"done {model.done}", flush=True)


main(sys.argv[1], int(sys.argv[2]))
