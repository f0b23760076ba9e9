/** What each finding says, and what to do about it. */
import type { FindingCode } from "../../base/finding-codes.ts";
import type { Sentence } from "../sentence.ts";

export const findings: Record<FindingCode, Sentence> = {
  FILE_VANISHED: { what: "{path} was removed while the backup ran; it is not in the snapshot.", next: "" },
  FILE_UNREADABLE: {
    what: "{path} could not be read: {reason}. It is not in the snapshot.",
    next: "Run as a user that may read it, or see whether the disk is failing.",
  },
  FILE_CHANGED: {
    what: "{path} changed each time it was read; the stored copy may mix old and new bytes.",
    next: "Run the backup again when nothing writes to that file.",
  },
  // Open WebUI
  DATABASE_NOT_COVERED: {
    what: "The app keeps its database in {store}, not in webui.db. It is not in this snapshot.",
    next: "Back that database up with its own tool (pg_dump for PostgreSQL) until Obhut covers it.",
  },
  VECTORS_NOT_COVERED: {
    what: "The app keeps its vectors in {store}, which Obhut does not cover yet. They are not in this snapshot.",
    next: "Back that store up with its own tool, or plan to index knowledge again after a restore.",
  },
  UPLOADS_NOT_COVERED: {
    what: "The app keeps uploads in {store}, which Obhut does not cover yet. They are not in this snapshot.",
    next: "Turn on versioning there, or copy it with its own tool.",
  },
  UPLOADS_REMOTE: {
    what: "{count} uploaded files lie in an object store ({scheme}), which Obhut does not cover yet.",
    next: "Turn on versioning there, or copy it with its own tool.",
  },
  UPLOADS_MISSING: {
    what: "The database names {count} uploaded files that are not there any more, such as {example}.",
    next: "They were gone before this backup; an older snapshot may have them.",
  },
  UPLOADS_ORPHANED: {
    what: "{count} files in uploads belong to no row of the database, such as {example}. They are in the snapshot all the same.",
    next: "",
  },
  SEGMENT_TORN: {
    what: "The vector index {segment} of collection {collection} is half written: {reason}. It is in the snapshot as it lies there.",
    next: "Run the backup again. If it stays, Chroma itself can't load it: restart the app, or index that knowledge again.",
  },
  SEGMENT_MISSING: {
    what: "Chroma's database counts on a vector index {segment} (collection {collection}) whose folder is not there.",
    next: "Index that knowledge again in the app; an older snapshot may have the folder.",
  },
  VECTORS_UNKNOWN: {
    what: "{path} could not be understood: {reason}. It is in the snapshot, but nothing proves that it is whole.",
    next: "See whether the app still answers from its knowledge, and run the backup again.",
  },
  OTHER_DATABASE_INEXACT: {
    what: "{path} is a database that could not be captured exactly: {reason}. It is in the snapshot as it lies there.",
    next: "Stop what writes to it and run the backup again.",
  },
  SCHEMA_UNKNOWN: {
    what: "The database has schema revision {revision}, which this Obhut does not know. The backup is complete all the same.",
    next: "The app is newer than this Obhut, or a variant of it. Update Obhut when there is a newer one.",
  },
  SECRET_KEY_NOT_SEEN: {
    what: "Obhut could not see WEBUI_SECRET_KEY; it is not in the snapshot. Without it a restored instance loses sign-ins, and with two-factor sign-in nobody gets in.",
    next: "Name it with --env-file or --secret-key-file, or run Obhut as a user that may read the app's environment.",
  },
  ENVIRONMENT_NOT_SEEN: {
    what: "Obhut could not see the app's environment, so it can't tell whether other keys are set or parts lie elsewhere.",
    next: "Name it with --env-file, or run Obhut as a user that may read it.",
  },
};
