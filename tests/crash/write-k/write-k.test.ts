/**
 * The process dies at its k-th write, for every k of everything that writes: before it, halfway through it, after it with nobody
 * told; or that one write fails and the program lives on. Whatever was committed is there, byte for byte, and the same command,
 * given again, comes to its end. In real folders stock restic judges too: some of them, in the long run all.
 */
import { test } from "node:test";
import { newestRestic } from "../../support/restic.ts";
import { chosenSeed, seeded } from "../seeded.ts";
import { crashEverywhere } from "./crash-everywhere.ts";
import { faults } from "./dying-storage.ts";
import { operations } from "./operations.ts";
import { folderStage, memoryStage } from "./stage.ts";

const isLong = process.env["OBHUT_LONG"] !== undefined;

for (const operation of operations) {
  test(`${operation.name}: nothing is lost, whichever write it dies at`, async (t) => {
    const seed = chosenSeed();
    t.diagnostic(`OBHUT_SEED=${seed}`);
    const random = seeded(seed);
    const { writes, tried } = await crashEverywhere(operation, {
      stage: memoryStage,
      // What is cut off leaves nothing in memory: that is as dying before, and dying before is as dying after the write before.
      faults: faults.filter((fault) => fault !== "dies halfway"),
      chosen: ({ at, fault }) =>
        isLong || fault === "dies after" || (fault === "dies before" ? at === 1 : random.fraction() < 0.05),
    });
    t.diagnostic(`${writes} writes, ${tried} faults`);
  });

  test(`${operation.name} in folders: restic finds nothing wrong, whichever write it dies at`, async (t) => {
    const seed = chosenSeed();
    t.diagnostic(`OBHUT_SEED=${seed}`);
    const random = seeded(seed);
    const { writes, tried } = await crashEverywhere(operation, {
      stage: folderStage,
      faults,
      chosen: ({ at, fault }) => isLong || (at === 3 && fault === "dies halfway") || random.fraction() < 0.015,
      judge: async (folder) => {
        if (operation.passwords === undefined) await newestRestic.run(folder, "check", "--read-data", "--no-lock");
      },
    });
    t.diagnostic(`${writes} writes, ${tried} faults`);
  });
}
