/** Completion scripts for shells, made from the command table. They call nothing: what can be typed is written into them. */
import type { Messages } from "../../messages/messages.ts";
import type { shells } from "../option-table.ts";
import { bashScript } from "./bash-script.ts";
import { fishScript } from "./fish-script.ts";
import { zshScript } from "./zsh-script.ts";

export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, messages: Messages): string {
  switch (shell) {
    case "bash":
      return bashScript();
    case "zsh":
      return zshScript(messages);
    case "fish":
      return fishScript(messages);
  }
}
