/** What Obhut must reach, as a pure judgement over the figures of one run. */
import type { Summary } from "./summary.ts";

export interface Verdict {
  readonly floor: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** One verdict for each floor whose tools were all measured. `scale` 1 is 2.0 GB, to which the limit on memory belongs. */
export function verdicts(all: readonly Summary[], scale: number): readonly Verdict[] {
  const named = (name: string): Summary | undefined => all.find((one) => one.name === name);
  const obhut = named("Obhut");
  if (obhut === undefined) return [];
  const [restic, rustic, kopia] = [named("restic"), named("rustic"), named("kopia")];
  return [
    ...(restic === undefined ? [] : besideRestic(obhut, restic)),
    ...(restic?.provenRestore === undefined || obhut.provenRestore === undefined
      ? []
      : [
          notBehind("proven restore not behind restic --verify", obhut.provenRestore.wallS, restic.provenRestore.wallS),
        ]),
    ...[rustic, kopia].flatMap((peer) =>
      peer === undefined
        ? []
        : [notBehind(`first backup ahead of ${peer.name}`, obhut.steps.first.wallS, peer.steps.first.wallS)],
    ),
    ...(rustic === undefined
      ? []
      : [
          notBehind(
            "restore not behind rustic (neither reads back)",
            obhut.steps.restore.wallS,
            rustic.steps.restore.wallS,
          ),
          notBehind("full check not behind rustic", obhut.steps.check.wallS, rustic.steps.check.wallS),
        ]),
    unchanged(obhut),
    {
      floor: "peak memory below 300 MiB (all steps, all rounds)",
      measured: `${obhut.peakMiB.toFixed(0)} MiB at scale ${scale}`,
      reached: obhut.peakMiB < 300,
    },
  ];
}

function besideRestic(obhut: Summary, restic: Summary): readonly Verdict[] {
  const speed = restic.steps.first.wallS / obhut.steps.first.wallS;
  const added = obhut.dayAddsBytes / restic.dayAddsBytes;
  const day = obhut.steps.day.wallS / restic.steps.day.wallS;
  const size = obhut.firstBytes / restic.firstBytes;
  return [
    { floor: "first backup at least 1.8x restic's speed", measured: `${speed.toFixed(2)}x`, reached: speed >= 1.8 },
    { floor: "a day adds at most a third of restic's", measured: added.toFixed(2), reached: added <= 1 / 3 },
    { floor: "a day takes at most half of restic's time", measured: day.toFixed(2), reached: day <= 0.5 },
    { floor: "first repository at most 1.2x restic's", measured: `${size.toFixed(2)}x`, reached: size <= 1.2 },
  ];
}

function notBehind(floor: string, oursS: number, theirsS: number): Verdict {
  return { floor, measured: `${oursS.toFixed(2)} s to ${theirsS.toFixed(2)} s`, reached: oursS <= theirsS };
}

function unchanged(obhut: Summary): Verdict {
  const beside = obhut.steps.unchanged.wallS - (obhut.keyDerivationS ?? 0);
  return {
    floor: "no change under 0.5 s beside the key derivation",
    measured: `${beside.toFixed(2)} s beside ${(obhut.keyDerivationS ?? 0).toFixed(2)} s`,
    reached: beside < 0.5,
  };
}
