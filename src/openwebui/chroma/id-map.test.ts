import assert from "node:assert/strict";
import { test } from "node:test";
import { readIdMap } from "./id-map.ts";
import { PickleError } from "./pickle.ts";

/** pickle.dumps({"total_elements_added": 2, "id_to_label": {"a": 1, "b": 2}, ...}, 2), by CPython. */
const plain = hex(
  "80027d7100285814000000746f74616c5f656c656d656e74735f616464656471014b02580b00000069645f746f5f6c6162656c71027d710328",
  "58010000006171044b0158010000006271054b0275580b0000006c6162656c5f746f5f696471067d7107284b0168044b02680575580c000000",
  "69645f746f5f7365715f696471087d7109752e",
);
/** The same as attributes of chromadb's PersistentData, with max_seq_id 7, in protocols 2 and 5. */
const class2 = hex(
  "8002636368726f6d6164622e7365676d656e742e696d706c2e766563746f722e6c6f63616c5f70657273697374656e745f686e73770a506572",
  "73697374656e74446174610a7100298171017d710228580e00000064696d656e73696f6e616c69747971034b035814000000746f74616c5f65",
  "6c656d656e74735f616464656471044b02580a0000006d61785f7365715f696471054b07580b00000069645f746f5f6c6162656c71067d7107",
  "2858010000006171084b0158010000006271094b0275580b0000006c6162656c5f746f5f6964710a7d710b284b0168084b02680975580c0000",
  "0069645f746f5f7365715f6964710c7d710d68084b017375622e",
);
const class5 = hex(
  "800595da000000000000008c326368726f6d6164622e7365676d656e742e696d706c2e766563746f722e6c6f63616c5f70657273697374656e",
  "745f686e7377948c0e50657273697374656e74446174619493942981947d94288c0e64696d656e73696f6e616c697479944b038c14746f7461",
  "6c5f656c656d656e74735f6164646564944b028c0a6d61785f7365715f6964944b078c0b69645f746f5f6c6162656c947d94288c0161944b01",
  "8c0162944b02758c0b6c6162656c5f746f5f6964947d94284b01680a4b02680b758c0c69645f746f5f7365715f6964947d94680a4b01737562",
  "2e",
);
/** pickle.dumps of an object whose __reduce__ is (os.system, ("true",)). */
const hostile = hex("8004951f000000000000008c05706f736978948c0673797374656d9493948c047472756594859452942e");

function hex(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join(""), "hex");
}

test("names are read from what Chroma writes today and from what its Python wrote", () => {
  assert.deepEqual({ ...readIdMap(plain) }, { totalElementsAdded: 2, labels: [1, 2] });
  for (const bytes of [class2, class5]) {
    assert.deepEqual({ ...readIdMap(bytes) }, { totalElementsAdded: 2, labels: [1, 2], maxSeqId: 7 });
  }
});

test("a pickle that would run something is refused", () => {
  assert.throws(() => readIdMap(hostile), PickleError);
  const imported = Buffer.from(class2.toString("latin1").replace("PersistentData", "PersistentDatb"), "latin1");
  assert.throws(() => readIdMap(imported), /it imports chromadb/);
});

test("a pickle that is cut short anywhere, or goes on, is refused", () => {
  for (const bytes of [plain, class2, class5]) {
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => readIdMap(bytes.subarray(0, length)), PickleError, `cut at ${length}`);
    }
    assert.throws(() => readIdMap(Buffer.concat([bytes, Buffer.from([0x2e])])), /bytes follow/);
  }
});

test("maps that contradict each other are refused", () => {
  const swapped = Buffer.from(plain);
  // The label of "b" in label_to_id: 4b02 6805 -> 4b03 6805.
  const at = swapped.indexOf(hex("4b026805"));
  swapped[at + 1] = 3;
  assert.throws(() => readIdMap(swapped), /contradict/);
});

test("bytes that are no pickle never do worse than being refused", () => {
  for (let seed = 1; seed < 2000; seed++) {
    const bytes = Buffer.from(class5);
    bytes[(seed * 7919) % bytes.length] = (seed * 104_729) & 0xff;
    try {
      readIdMap(bytes);
    } catch (error) {
      assert.ok(error instanceof PickleError, `${seed}: ${String(error)}`);
    }
  }
});
