import assert from "node:assert/strict";
import { it } from "node:test";
import { type SshFailureKind, sshFailure } from "./ssh-failure.ts";

/** What OpenSSH 9.2 printed. */
const printed: readonly (readonly [SshFailureKind, string])[] = [
  ["login-refused", "ada@nas: Permission denied (publickey,password).\r\n"],
  [
    "login-refused",
    "Received disconnect from 10.0.0.2 port 22:2: Too many authentication failures\r\nDisconnected\r\n",
  ],
  ["refused", "ssh: connect to host nas port 22: Connection refused\r\n"],
  ["timed-out", "ssh: connect to host nas port 22: Connection timed out\r\n"],
  ["unreachable", "ssh: connect to host nas port 22: No route to host\r\n"],
  ["name-unknown", "ssh: Could not resolve hostname nas: Name or service not known\r\n"],
  ["host-key-unknown", "Host key verification failed.\r\n"],
  ["no-sftp", "subsystem request failed on channel 0\r\n"],
  ["closed", "kex_exchange_identification: Connection closed by remote host\r\n"],
];

for (const [kind, said] of printed) {
  it(`${kind}: ${said.trim()}`, () => {
    const error = sshFailure(said, "exit 255");
    assert.equal(error.kind, kind);
    assert.ok(said.includes(error.message.split(" ")[0] ?? "?"));
  });
}

it("a changed key is that, though ssh goes on to speak of a failed verification and a refused login", () => {
  const said = [
    "@@@@@@@@@@@@@@@@@@@@",
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
    "@@@@@@@@@@@@@@@@@@@@",
    "Host key for [nas]:22 has changed and you have requested strict checking.",
    "Host key verification failed.",
    "ada@nas: Permission denied (publickey).",
  ].join("\r\n");
  const error = sshFailure(said, "exit 255");
  assert.equal(error.kind, "host-key-changed");
  assert.match(error.message, /requested strict checking/);
  assert.doesNotMatch(error.message, /@@@/);
});

it("a server's banner cannot move the cursor of whoever reads the error, and silence is told by the exit code", () => {
  assert.equal(sshFailure("\u001b[2Jhello\u0007\r\nConnection reset", "exit 255").message, "[2Jhello Connection reset");
  assert.equal(sshFailure("", "ssh: exit 255").message, "ssh: exit 255");
});
