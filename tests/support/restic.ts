/** Other programs of the same format, as tests call them. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { openRepository } from "../../src/repository/open-repository.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { testActor } from "./actor.ts";
import { toolFromEnvironment } from "./tool.ts";
import type { ListedEntry } from "./tree-listing.ts";

const run = promisify(execFile);
export const testPassword = "correct horse";

export interface Restic {
  /** Names it in a test's title. */
  readonly name: string;
  /** What it prints; rejects with what it complained of. */
  readonly run: (repository: string, ...words: string[]) => Promise<string>;
  /** What of an entry it can bring back: everything, but where the program is known to lose something. */
  readonly keeps: (entry: ListedEntry) => ListedEntry;
}

export const newestRestic = restic({
  name: "newest restic",
  program: () => toolFromEnvironment("OBHUT_TEST_RESTIC"),
  keeps: (entry) => entry,
});
export const debianRestic = restic({
  name: "Debian's restic",
  program: () => toolFromEnvironment("OBHUT_TEST_RESTIC_DEBIAN"),
  // 0.14 knows no linktarget_raw: each byte that is no UTF-8 becomes U+FFFD.
  keeps: ({ linkTarget, ...entry }) => ({
    ...entry,
    ...(linkTarget === undefined ? {} : { linkTarget: Buffer.from(linkTarget, "latin1").toString("utf8") }),
  }),
});

function restic({ name, program, keeps }: Pick<Restic, "name" | "keeps"> & { readonly program: () => string }): Restic {
  return {
    name,
    keeps,
    run: async (repository, ...words) => {
      const env = {
        ...process.env,
        RESTIC_REPOSITORY: repository,
        RESTIC_PASSWORD: testPassword,
        RESTIC_FROM_PASSWORD: testPassword,
      };
      const { stdout } = await run(program(), ["--no-cache", ...words], { env, maxBuffer: 64 * 1024 * 1024 });
      return stdout;
    },
  };
}

export const rustic: Restic = {
  name: "rustic",
  keeps: (entry) => entry,
  run: async (repository, ...words) => {
    const env = {
      ...process.env,
      RUSTIC_REPOSITORY: repository,
      RUSTIC_PASSWORD: testPassword,
      RUSTIC_NO_CACHE: "true",
    };
    const program = toolFromEnvironment("OBHUT_TEST_RUSTIC");
    const { stdout } = await run(program, ["--no-progress", ...words], { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  },
};

/** A repository that one of them made. */
export async function openMade(path: string): Promise<Repository> {
  return await openRepository(localStorage(path), testPassword, testActor());
}
