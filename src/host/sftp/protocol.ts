/**
 * Numbers of the SFTP protocol, version 3. Sources: draft-ietf-secsh-filexfer-02, sections 3 to 8; OpenSSH's PROTOCOL file, section 4,
 * for the extensions.
 */

export const protocolVersion = 3;

export const packetTypes = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 200,
  extendedReply: 201,
} as const;

export const statusCodes = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

export const openFlags = { read: 0x01, write: 0x02, create: 0x08, truncate: 0x10, exclusive: 0x20 } as const;

export const extensions = {
  posixRename: "posix-rename@openssh.com",
  hardLink: "hardlink@openssh.com",
  fsync: "fsync@openssh.com",
  limits: "limits@openssh.com",
  statvfs: "statvfs@openssh.com",
} as const;

/** What every server takes (section 3: packets of 34,000 bytes, which hold 32,768 bytes of a file). */
export const sureBytes = 32_768;
/** No packet of a server is longer: OpenSSH's have 256 KiB at most. */
export const maxPacketBytes = 1024 * 1024;
