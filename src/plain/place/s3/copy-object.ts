/** Makes an object with the bytes of another, which the server copies by itself. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { MiB } from "../../../base/limits.ts";
import type { ObjectPlace } from "./send-object.ts";

export interface ObjectCopy {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
}

/** One call copies 5 GiB at most (Amazon S3 API, CopyObject); well below, so that no call takes minutes. */
const mostInOneBytes = 1024 * MiB;

export async function copyObject(place: ObjectPlace, copy: ObjectCopy): Promise<void> {
  const { client, bucket: Bucket } = place;
  if (copy.sizeBytes > mostInOneBytes) return await copyParts(place, copy);
  await client.send(new CopyObjectCommand({ Bucket, Key: copy.to, CopySource: sourceOf(place, copy) }));
}

/** What the object bears beside its bytes has to be said again here. */
async function copyParts(place: ObjectPlace, copy: ObjectCopy): Promise<void> {
  const { client, bucket: Bucket } = place;
  const { Metadata, StorageClass } = await client.send(new HeadObjectCommand({ Bucket, Key: copy.from }));
  const about = { Bucket, Key: copy.to };
  const begin = new CreateMultipartUploadCommand({ ...about, Metadata, StorageClass });
  const { UploadId } = await client.send(begin);
  try {
    const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
    for (let at = 0; at < copy.sizeBytes; at += mostInOneBytes) {
      const CopySourceRange = `bytes=${at}-${Math.min(at + mostInOneBytes, copy.sizeBytes) - 1}`;
      const part = { ...about, UploadId, PartNumber: Parts.length + 1, CopySource: sourceOf(place, copy) };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand({ ...part, CopySourceRange }));
      Parts.push({ ETag: CopyPartResult?.ETag, PartNumber: Parts.length + 1 });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...about, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...about, UploadId })).catch(() => undefined);
    throw error;
  }
}

function sourceOf({ bucket }: ObjectPlace, { from }: ObjectCopy): string {
  return `${bucket}/${from}`.split("/").map(encodeURIComponent).join("/");
}
