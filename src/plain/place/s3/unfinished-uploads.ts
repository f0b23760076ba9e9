/** Uploads in parts that died under way. */
import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
} from "@aws-sdk/client-s3";
import { isMissing, statusOf } from "../../../storage/s3/s3-error.ts";
import type { ObjectPlace } from "./send-object.ts";

/** Ends all of them below the prefix. Who may not list them leaves them to the bucket's lifecycle rule. */
export async function abortUploads(
  { client, bucket: Bucket }: ObjectPlace,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let [key, upload, more]: [string | undefined, string | undefined, boolean] = [undefined, undefined, true];
  while (more) {
    signal?.throwIfAborted();
    const from: Pick<ListMultipartUploadsCommandInput, "KeyMarker" | "UploadIdMarker"> = {
      ...(key && { KeyMarker: key }),
      ...(upload && { UploadIdMarker: upload }),
    };
    const page: ListMultipartUploadsCommandOutput | undefined = await client
      .send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...from }))
      .catch(undefinedIfRefused);
    for (const { Key, UploadId } of page?.Uploads ?? []) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(undefinedIfRefused);
    }
    [key, upload] = [page?.NextKeyMarker, page?.NextUploadIdMarker];
    more = page?.IsTruncated === true && key !== undefined;
  }
}

function undefinedIfRefused(error: unknown): undefined {
  if (!isMissing(error) && (statusOf(error) ?? 500) >= 500) throw error;
}
