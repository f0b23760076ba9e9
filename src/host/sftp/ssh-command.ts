/** How OpenSSH's client is called, so that a person's ssh_config, keys, agent and known_hosts do the rest. */

export interface SshPlace {
  readonly user?: string;
  /** Also a name of ssh_config. */
  readonly host: string;
  readonly port?: number;
}

export interface SshChoices {
  /** A whole command that speaks SFTP on its standard input and output, instead of ssh. */
  readonly command?: readonly string[];
  /** More words for ssh, before the host: they win over ssh_config. */
  readonly args?: readonly string[];
}

/**
 * Nothing may ask: a daemon has nobody to answer. BatchMode also makes ssh refuse a host it does not know, unless ssh_config's
 * StrictHostKeyChecking says otherwise; given here it would win over ssh_config. The others keep ssh_config from doing to this
 * connection what is meant for a person's own (as OpenSSH's sftp does).
 */
const always = [
  "BatchMode=yes",
  "ClearAllForwardings=yes",
  "ForwardAgent=no",
  "ForwardX11=no",
  "PermitLocalCommand=no",
  "RemoteCommand=none",
  "RequestTTY=no",
];

/** Program and arguments. No shell is between. */
export function sshCommand(
  { user, host, port }: SshPlace,
  { command, args = [] }: SshChoices = {},
): readonly [program: string, ...words: string[]] {
  const [program, ...words] = command ?? [];
  if (program !== undefined) return [program, ...words];
  return [
    "ssh",
    ...args,
    ...always.flatMap((option) => ["-o", option]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(user === undefined ? [] : ["-l", user]),
    "-s",
    "--",
    host,
    "sftp",
  ];
}
