"""Opens copies of vector_db with the real Chroma and tells what it sees there.

Arguments: one folder or more. Prints one JSON line for each: {"collections": {name: {"ids": [...], "fileIds": [...]}},
"faults": [...]}. Each collection is read whole, and vectors of it are looked up: each must be the nearest to itself. The search is an
approximate one, and where many were deleted Chroma itself misses one now and then; of a torn index it misses most.
"""

import json
import sys

import chromadb
from chromadb.config import Settings


LOOKED_UP = 12


def read(folder):
    client = chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False))
    collections, faults = {}, []
    for collection in client.list_collections():
        name = collection.name
        got = collection.get(include=["metadatas", "embeddings", "documents"])
        ids = got["ids"]
        if collection.count() != len(ids):
            faults.append(f"{name}: count says {collection.count()}, get returns {len(ids)}")
        missed, looked_up = [], sorted({len(ids) * part // LOOKED_UP for part in range(LOOKED_UP)} if ids else ())
        for at in looked_up:
            nearest = collection.query(query_embeddings=[got["embeddings"][at]], n_results=1)
            distance = nearest["distances"][0][0]
            if abs(distance) > 1e-4:
                missed.append(f"{name}: the nearest to {ids[at]} is {nearest['ids'][0][0]} at {distance}")
        if len(missed) > (1 if len(ids) > LOOKED_UP else 0):
            faults.extend(missed)
        metadatas = got["metadatas"] or []
        file_ids = {str(entry.get("file_id")) for entry in metadatas if entry and entry.get("file_id")}
        collections[name] = {"ids": ids, "fileIds": sorted(file_ids)}
    return {"collections": collections, "faults": faults}


for folder in sys.argv[1:]:
    try:
        print(json.dumps(read(folder)), flush=True)
    except Exception as error:  # a copy that Chroma cannot open is a result, not an accident
        print(json.dumps({"collections": {}, "faults": [f"{type(error).__name__}: {error}"]}), flush=True)
