import assert from "node:assert/strict";
import { it } from "node:test";
import { sshCommand } from "./ssh-command.ts";

it("a person's words come first, where ssh lets them win; the host comes last, where it is never an option", () => {
  const words = sshCommand(
    { user: "ada@home", host: "-oProxyCommand=x", port: 2222 },
    { args: ["-o", "BatchMode=no"] },
  );
  assert.deepEqual(words.slice(0, 3), ["ssh", "-o", "BatchMode=no"]);
  assert.deepEqual(words.slice(-8), ["-p", "2222", "-l", "ada@home", "-s", "--", "-oProxyCommand=x", "sftp"]);
  assert.ok(words.indexOf("BatchMode=yes") > 2);
});

it("what ssh_config decides is not given, so that it can", () => {
  const words = sshCommand({ host: "nas" }).join(" ");
  assert.doesNotMatch(words, /StrictHostKeyChecking|-p |-l |IdentityFile|ConnectTimeout/);
});

it("a command of one's own is taken as it is", () => {
  const command = ["sudo", "-u", "backup", "ssh", "nas", "-s", "sftp"];
  assert.deepEqual(sshCommand({ host: "ignored" }, { command }), command);
});
