"""What the writer does, as a pure function of a number: so that a state can be named by how many operations made it."""

import random

COLLECTIONS = 3
DIMENSION = 32


def vector(doc: str, version: int) -> list[float]:
    source = random.Random(f"{doc}/{version}")
    return [source.uniform(-1.0, 1.0) for _ in range(DIMENSION)]


class Model:
    """The documents of each collection after some number of operations."""

    def __init__(self) -> None:
        self.done = 0
        self.documents: list[dict[str, int]] = [{} for _ in range(COLLECTIONS)]

    def next(self) -> tuple[int, str, list[tuple[str, int]]]:
        """Does operation `done + 1`: the collection, what is done, and to which documents in which version."""
        number = self.done + 1
        source = random.Random(number)
        which = number % COLLECTIONS
        documents = self.documents[which]
        kind = source.choices(["add", "update", "delete"], weights=[60, 20, 20 if len(documents) < 3000 else 200])[0]
        if kind == "add" or len(documents) < 40:
            items = [(f"d{number}-{i}", number) for i in range(source.randint(5, 30))]
            kind = "add"
        else:
            names = source.sample(sorted(documents), source.randint(1, 15))
            items = [(name, number) for name in names]
        for name, version in items:
            if kind == "delete":
                documents.pop(name)
            else:
                documents[name] = version
        self.done = number
        return which, kind, items
