/**
 * Why a call was not understood: the `reason` of USAGE and DESTINATION_INVALID, as data, so that it is
 * put into words in the language of whoever reads it. The words stand in src/messages/en/reasons.ts and de/reasons.ts.
 */

export const reasonCodes = {
  // the command line
  unknownCommand: ["name"],
  unknownCommandGuess: ["name", "guess"],
  unknownOption: ["command", "name"],
  unknownOptionGuess: ["command", "name", "guess"],
  optionNeedsValue: ["name"],
  optionTakesNoValue: ["name", "value"],
  optionOnce: ["name"],
  argumentMissing: ["command", "name"],
  subcommandMissing: ["command", "choices"],
  argumentTooMany: ["command", "value"],
  choiceInvalid: ["name", "value", "choices"],
  nothingToRewrite: [],
  newTimeInvalid: ["value"],
  optionNeedsOther: ["name", "other"],
  oneOfTwo: ["first", "second"],
  subsetInvalid: ["value"],
  maxUnusedInvalid: ["value"],
  sizeInvalid: ["value"],
  durationInvalid: ["value"],
  timeInvalid: ["value"],
  oldestAfterNewest: [],
  idInvalid: ["value"],
  keepCountInvalid: ["option", "value"],
  keepDurationInvalid: ["option", "value"],
  groupingInvalid: ["value"],
  namedAndChosen: ["option"],
  tagsNotGiven: [],
  repositoryNotGiven: ["option"],
  fromRepositoryNotGiven: [],
  dataNotGiven: [],
  targetNotGiven: [],
  dataPathInvalid: ["value"],
  diskNearlyFull: [],
  fileUnreadable: ["file", "reason"],
  notAFile: ["path"],
  fileTooLarge: ["file", "limit"],
  patternInvalid: ["value"],
  // passwords
  commandQuotes: ["value"],
  commandEmpty: [],
  passwordCommandFailed: ["command", "reason"],
  passwordFileFailed: ["file", "reason"],
  passwordEmpty: [],
  passwordsDiffer: [],
  // destinations
  destinationBareWord: ["word"],
  destinationNotYet: ["scheme"],
  destinationPlain: ["scheme"],
  plainNotOverRest: [],
  mirrorIsOne: [],
  plainNotFor: ["option"],
  layoutInvalid: ["value"],
  countInvalid: ["option", "value"],
  destinationUnknownScheme: ["scheme"],
  destinationSpelling: ["spelling"],
  storageOptionUnknown: ["name", "known"],
  storageOptionValue: ["name", "wanted", "value"],
  spoolInData: ["folder"],
  placeHasNoLinks: [],
  placeReadsOther: [],
  placeListsOther: [],
  placeRemovesNothing: [],
  destinationEmpty: [],
  destinationTwice: [],
  destinationTooMany: ["limit"],
  // a live SQLite file
  databaseEmpty: [],
  databaseNotSqlite: [],
  databaseHeaderField: ["field", "value"],
  databaseTruncated: ["pages", "sizeBytes"],
  databasePageSizes: ["file", "wal"],
  databaseWalVersion: ["version"],
  databaseSqlite: ["message"],
  databaseKeepsChanging: [],
  databaseLocked: [],
  holderEnded: [],
  holderSilent: ["seconds"],
  holderUnseen: [],
  holderLockGone: [],
  holderFileReplaced: ["file"],
  // a vector index of Chroma
  segmentFileMissing: [],
  segmentFileShort: ["file", "sizeBytes"],
  segmentFileLarge: ["file", "sizeBytes"],
  segmentChanging: ["file"],
  segmentVersion: ["version"],
  segmentHeader: [],
  segmentDimension: ["found", "expected"],
  segmentNamesMissing: [],
  segmentNames: ["detail"],
  segmentNoVector: ["label"],
  segmentTwoNames: [],
  segmentCounts: ["vectors", "names"],
  segmentLevels: ["header", "links"],
  segmentLinkList: ["element"],
  segmentLink: ["element", "neighbour"],
  segmentNeighbours: ["element", "count"],
  segmentLabel: ["element", "label"],
  segmentSameLabel: ["label"],
} as const satisfies Record<string, readonly string[]>;

export type ReasonCode = keyof typeof reasonCodes;
export type ReasonParams<Code extends ReasonCode> = {
  readonly [Name in (typeof reasonCodes)[Code][number]]: string | number;
};

/** A reason that has not been put into words yet. Plain data. */
export interface Reason {
  readonly code: ReasonCode;
  readonly params: Readonly<Record<string, string | number>>;
}

export function reason<Code extends ReasonCode>(code: Code, params: ReasonParams<Code>): Reason {
  return { code, params };
}
