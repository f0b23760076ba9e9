/**
 * What every place for plain copies must do, as tests. A place's own test calls `testPlaceContract` with a way to make an empty one; what
 * only that place does is tested beside it.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isObhutError } from "../../base/errors.ts";
import { bytesContent, isTemporaryName, type PlaceContent, type PlainPlace, readSmall } from "../place/place.ts";

export interface PlaceUnderTest extends AsyncDisposable {
  readonly place: PlainPlace;
  /** A second one for the same root: what another run sees. */
  readonly again: () => Promise<PlainPlace>;
}

const root = "" as BytePath;
const newly = { durable: "settle" } as const;
const at = (path: string): BytePath => bytePath(path);

/** `make` gives a place whose root nobody has made yet. */
export function testPlaceContract(name: string, make: () => Promise<PlaceUnderTest>): void {
  const made = async (): Promise<PlaceUnderTest> => {
    const scene = await make();
    await scene.place.makeFolder(root);
    return scene;
  };

  describe(`${name} keeps the contract of places for plain copies`, () => {
    it("a root that nobody made holds nothing, and is made once", async () => {
      await using scene = await make();
      assert.deepEqual(await pathsIn(scene.place, root), []);
      await scene.place.makeFolder(root);
      await scene.place.makeFolder(root);
      assert.equal((await scene.place.look(root))?.kind, "folder");
      assert.deepEqual(await pathsIn(scene.place, root), []);
    });

    it("gives back what was written, of sizes 0, 1 and many, below folders that it makes", async () => {
      await using scene = await made();
      for (const size of [0, 1, 100_003, 17 * 1024 * 1024 + 7]) {
        const bytes = randomBytes(size);
        const path = at(`a/b c/${size}.bin`);
        await scene.place.write(path, bytesContent(bytes), { durable: size === 1 ? "now" : "settle" });
        await scene.place.settle();
        const other = await scene.again();
        try {
          assert.equal(sha256(await readSmall(other, path)), sha256(bytes));
          assert.deepEqual(await kindAndSize(other, path), ["file", size]);
        } finally {
          await other.close();
        }
      }
    });

    it("takes content from many pieces, and asks for it again only from its begin", async () => {
      await using scene = await made();
      const pieces = Array.from({ length: 300 }, (_, i) => randomBytes(i * 37));
      const whole = Buffer.concat(pieces);
      const content: PlaceContent = {
        sizeBytes: whole.length,
        async *open() {
          yield* pieces;
        },
      };
      await scene.place.write(at("pieces"), content, newly);
      assert.equal(sha256(await readSmall(scene.place, at("pieces"))), sha256(whole));
    });

    it("refuses content of another length than it said, and then holds what it held", async () => {
      await using scene = await made();
      await scene.place.write(at("kept"), bytesContent(text("before")), newly);
      for (const [said, given] of [
        [10, 9],
        [10, 11],
        [10, 0],
        [9_000_000, 8_999_999],
        [9_000_000, 9_000_001],
      ] as const) {
        const wrong: PlaceContent = {
          sizeBytes: said,
          async *open() {
            if (given > 0) yield Buffer.alloc(given);
          },
        };
        for (const path of ["kept", "fresh"]) {
          await assert.rejects(scene.place.write(at(path), wrong, { durable: "now" }), (e) => isObhutError(e));
        }
      }
      assert.equal(String(await readSmall(scene.place, at("kept"))), "before");
      assert.equal(await scene.place.look(at("fresh")), undefined);
      assert.deepEqual(await pathsIn(scene.place, root), ["kept"]);
    });

    it("a failure of the content is the write's, and leaves nothing", async () => {
      await using scene = await made();
      const broken: PlaceContent = {
        sizeBytes: 40_000_000,
        async *open() {
          for (let i = 0; i < 20; i++) yield Buffer.alloc(1_000_000);
          throw new Error("the disk that it comes from broke");
        },
      };
      await assert.rejects(scene.place.write(at("x/broken"), broken, newly));
      assert.equal(await scene.place.look(at("x/broken")), undefined);
      assert.deepEqual(await pathsIn(scene.place, at("x")), []);
    });

    it("replaces a file in one step: whoever reads meanwhile has the old one or the new one", async () => {
      await using scene = await made();
      const versions = Array.from({ length: 6 }, (_, i) => Buffer.alloc(200_000 + i, 65 + i));
      const sums = new Set(versions.map(sha256));
      await scene.place.write(at("db"), bytesContent(versions[0] ?? text("")), newly);
      let over = false;
      const reader = (async () => {
        const other = await scene.again();
        while (!over) {
          // A store may refuse to go on reading what was replaced; it never gives half of both.
          const seen = await readSmall(other, at("db")).catch((e: unknown) => e);
          if (Buffer.isBuffer(seen)) assert.ok(sums.has(sha256(seen)), "neither the old nor the new one");
          else assert.ok(!isObhutError(seen, "STORAGE_FILE_MISSING"), "a moment without the file");
        }
        await other.close();
      })();
      for (const version of versions) await scene.place.write(at("db"), bytesContent(version), { durable: "now" });
      over = true;
      await reader;
      assert.equal(sha256(await readSmall(scene.place, at("db"))), sha256(versions.at(-1) ?? text("")));
    });

    it("`once` never replaces", async () => {
      await using scene = await made();
      const once = { durable: "now", once: true } as const;
      await scene.place.write(at("lock"), bytesContent(text("first")), once);
      const again = scene.place.write(at("lock"), bytesContent(text("second")), once);
      await assert.rejects(again, (e) => isObhutError(e, "STORAGE_FILE_EXISTS"));
      assert.equal(String(await readSmall(scene.place, at("lock"))), "first");
    });

    it("lists one folder, or all below it, with sizes", async () => {
      await using scene = await made();
      for (const [path, size] of [
        ["top", 3],
        ["f/one", 1],
        ["f/g/two", 2],
        ["f/g/h/three", 3],
        ["fg/four", 4],
      ] as const) {
        await scene.place.write(at(path), bytesContent(Buffer.alloc(size)), newly);
      }
      assert.deepEqual(await pathsIn(scene.place, root), ["f", "fg", "top"]);
      assert.deepEqual(await pathsIn(scene.place, at("f")), ["f/g", "f/one"]);
      const deep = await listed(scene.place, at("f"), true);
      assert.deepEqual(
        deep.filter(({ kind }) => kind === "file").map(({ path, sizeBytes }) => [path, sizeBytes]),
        [
          ["f/g/h/three", 3],
          ["f/g/two", 2],
          ["f/one", 1],
        ],
      );
      assert.deepEqual(await pathsIn(scene.place, at("none")), []);
      assert.deepEqual(await pathsIn(scene.place, at("f/g"), true), ["f/g/h", "f/g/h/three", "f/g/two"]);
    });

    it("keeps the time that a file is given, or says none, or that of the write", async () => {
      await using scene = await made();
      const modifiedMs = Date.parse("2021-03-04T05:06:07Z");
      await scene.place.write(at("old"), bytesContent(text("x")), { ...newly, modifiedMs });
      const found = (await scene.place.look(at("old")))?.modifiedMs ?? modifiedMs;
      const isWrites = !scene.place.keepsTimes && Math.abs(found - Date.now()) < 600_000;
      assert.ok(isWrites || Math.abs(found - modifiedMs) < 2_000, new Date(found).toISOString());
    });

    it("names what is not there, and removes it with success", async () => {
      await using scene = await made();
      const { place } = scene;
      await place.makeFolder(at("folder"));
      for (const path of ["absent", "absent/below"]) {
        await assert.rejects(readSmall(place, at(path)), (e) => isObhutError(e, "STORAGE_FILE_MISSING"));
        await assert.rejects(place.rename(at(path), at("else")), (e) => isObhutError(e, "STORAGE_FILE_MISSING"));
        assert.equal(await place.look(at(path)), undefined);
        await place.remove(at(path));
        await place.removeFolder(at(path));
      }
      await assert.rejects(readSmall(place, at("folder")), (e) => isObhutError(e, "STORAGE_FILE_MISSING"));
      if (place.link) {
        await assert.rejects(place.link(at("absent"), at("else")), (e) => isObhutError(e, "STORAGE_FILE_MISSING"));
      }
    });

    it("renames a file over another, and into a folder that is not there yet", async () => {
      await using scene = await made();
      const { place } = scene;
      await place.write(at("a"), bytesContent(text("a")), newly);
      await place.write(at("b"), bytesContent(text("bb")), newly);
      await place.rename(at("a"), at("b"));
      await place.rename(at("b"), at("trash/day/b"));
      await place.settle();
      assert.deepEqual(await pathsIn(place, root, true), ["trash", "trash/day", "trash/day/b"]);
      assert.equal(String(await readSmall(place, at("trash/day/b"))), "a");
    });

    it("renames a folder with all that is in it, and never onto one that is there, where it can", async () => {
      await using scene = await made();
      const { place } = scene;
      if (place.renameFolder === undefined) return;
      for (const path of ["new/manifest", "new/f/1", "new/f/2", "newer/x"]) {
        await place.write(at(path), bytesContent(text(path)), newly);
      }
      await place.renameFolder(at("new"), at("done"));
      await place.settle();
      assert.deepEqual(await filesIn(place), ["done/f/1", "done/f/2", "done/manifest", "newer/x"]);
      assert.equal(String(await readSmall(place, at("done/f/2"))), "new/f/2");
      // It can be written to again under both names.
      await place.write(at("new/f/1"), bytesContent(text("again")), newly);
      await place.write(at("done/f/3"), bytesContent(text("more")), newly);
      await assert.rejects(place.renameFolder(at("new"), at("done")), (e) => isObhutError(e, "STORAGE_FILE_EXISTS"));
      assert.equal(String(await readSmall(place, at("done/f/1"))), "new/f/1");
    });

    it("removes a folder with all that is in it, and nothing else", async () => {
      await using scene = await made();
      const { place } = scene;
      for (const path of ["x/1", "x/y/2", "xy/3", "z"]) await place.write(at(path), bytesContent(text(path)), newly);
      await place.removeFolder(at("x"));
      await place.remove(at("z"));
      await place.settle();
      assert.deepEqual(await filesIn(place), ["xy/3"]);
      await place.write(at("x/y/2"), bytesContent(text("again")), newly);
      assert.deepEqual(await filesIn(place), ["x/y/2", "xy/3"]);
    });

    it("links are further names of the same bytes, where there are links", async () => {
      await using scene = await made();
      const { place } = scene;
      if (place.link === undefined) return;
      await place.write(at("one/file"), bytesContent(text("bytes")), newly);
      await place.link(at("one/file"), at("two/deep/file"));
      await assert.rejects(place.link(at("one/file"), at("two/deep/file")), (e) =>
        isObhutError(e, "STORAGE_FILE_EXISTS"),
      );
      await place.removeFolder(at("one"));
      assert.equal(String(await readSmall(place, at("two/deep/file"))), "bytes");
      // A link is not a place to write through.
      await place.link(at("two/deep/file"), at("three"));
      await place.write(at("three"), bytesContent(text("other")), newly);
      assert.equal(String(await readSmall(place, at("two/deep/file"))), "bytes");
    });

    it("duplicates are files of their own, where there are any", async () => {
      await using scene = await made();
      const { place } = scene;
      if (place.duplicate === undefined) return;
      const bytes = randomBytes(300_000);
      await place.write(at("one"), bytesContent(bytes), newly);
      await place.duplicate(at("one"), at("f/two"), "copy");
      await place.remove(at("one"));
      assert.equal(sha256(await readSmall(place, at("f/two"))), sha256(bytes));
    });

    it("names of every kind that are UTF-8 come back as they are", async () => {
      await using scene = await made();
      const names = [
        "ä ö.pdf",
        "日本語 👍.txt",
        "a'b\"c.txt",
        "#50% & more+x=1.txt",
        "[x] (y) {z}.md",
        "~tilde",
        "-dash",
      ];
      for (const name of names) await scene.place.write(at(`n/${name}`), bytesContent(text(name)), newly);
      assert.deepEqual(await filesIn(scene.place), names.map((name) => at(`n/${name}`) as string).sort());
      for (const name of names) assert.equal(String(await readSmall(scene.place, at(`n/${name}`))), name);
    });

    it("reads on from where somebody stopped", async () => {
      await using scene = await made();
      const bytes = randomBytes(2_500_000);
      await scene.place.write(at("long"), bytesContent(bytes), newly);
      for (const from of [1, 1_048_576, 2_499_999, 2_500_000]) {
        const rest = Buffer.concat(await Array.fromAsync(scene.place.read(at("long"), { from })));
        assert.equal(sha256(rest), sha256(bytes.subarray(from)), `from ${from}`);
      }
    });

    it("tidying removes nothing that has its name", async () => {
      await using scene = await made();
      for (const path of ["a", "f/b"]) await scene.place.write(at(path), bytesContent(text(path)), newly);
      await scene.place.tidy();
      assert.deepEqual(await filesIn(scene.place), ["a", "f/b"]);
    });

    it("many at once", async () => {
      await using scene = await made();
      const { place } = scene;
      await eachConcurrently(60, 16, (i) =>
        place.write(at(`many/${i % 7}/${i}`), bytesContent(Buffer.alloc(1000 + i, i)), newly),
      );
      const files = (await listed(place, root, true)).filter(({ kind }) => kind === "file");
      assert.equal(files.length, 60);
      await eachConcurrently(60, 16, async (i) => {
        assert.deepEqual(await readSmall(place, at(`many/${i % 7}/${i}`)), Buffer.alloc(1000 + i, i));
      });
    });

    it("an aborted signal stops it before it does anything", async () => {
      await using scene = await made();
      const signal = AbortSignal.abort(new Error("stop"));
      await assert.rejects(scene.place.write(at("aborted"), bytesContent(text("x")), { ...newly, signal }), /stop/);
      assert.equal(await scene.place.look(at("aborted")), undefined);
      await assert.rejects(readSmall(scene.place, at("aborted"), signal), /stop/);
      await assert.rejects(Array.fromAsync(scene.place.list(root, { signal })), /stop/);
    });

    it("close can be repeated", async () => {
      await using scene = await made();
      await scene.place.close();
      await scene.place.close();
    });
  });
}

async function listed(place: PlainPlace, folder: BytePath, deep: boolean) {
  const found = await Array.fromAsync(place.list(folder, { deep }));
  assert.ok(found.every(({ path }) => !isTemporaryName(path.slice(path.lastIndexOf("/") + 1))));
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function pathsIn(place: PlainPlace, folder: BytePath, deep = false): Promise<string[]> {
  return (await listed(place, folder, deep)).map(({ path }) => path);
}

async function filesIn(place: PlainPlace): Promise<string[]> {
  return (await listed(place, root, true)).filter(({ kind }) => kind === "file").map(({ path }) => path);
}

async function kindAndSize(place: PlainPlace, path: BytePath): Promise<[string | undefined, number | undefined]> {
  const found = await place.look(path);
  return [found?.kind, found?.sizeBytes];
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
