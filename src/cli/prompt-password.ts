/** Asks for a password on the terminal, without showing what is typed. */
import { ObhutError } from "../base/errors.ts";
import { reason } from "../base/reason-codes.ts";
import { Secret } from "../base/secret.ts";
import type { Messages } from "../messages/messages.ts";
import { fill } from "../messages/sentence.ts";
import { type PasswordOwner, passwordOptions } from "../plans/password-source.ts";

interface Asking {
  readonly messages: Messages;
  /** Which password it is: where nobody can be asked, its own options are named. */
  readonly whose: PasswordOwner;
}

const enter = /[\r\n]/;

/**
 * `create` asks twice. PASSWORD_MISSING where nobody can be asked (standard input is no terminal), INTERRUPTED on Ctrl-C,
 * USAGE where the password is empty or the second one differs.
 */
export async function promptPassword(
  location: string,
  purpose: "open" | "create",
  { messages, whose }: Asking,
): Promise<Secret> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new ObhutError("PASSWORD_MISSING", { location, options: passwordOptions(whose) });
  }
  const words = messages.output;
  const first = await ask(fill(purpose === "create" ? words.askNewPassword : words.askPassword, { location }));
  if (first === "") throw new ObhutError("USAGE", { reason: reason("passwordEmpty", {}) });
  if (purpose === "create" && (await ask(words.askPasswordAgain)) !== first) {
    throw new ObhutError("USAGE", { reason: reason("passwordsDiffer", {}) });
  }
  return new Secret(first);
}

async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  // Before the question: who answers at once must not see the answer.
  stdin.setRawMode(true);
  stderr.write(question);
  stdin.setEncoding("utf8");
  stdin.resume();
  try {
    return await typedLine();
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

function typedLine(): Promise<string> {
  const { stdin } = process;
  return new Promise((resolve, reject) => {
    let typed = "";
    const onData = (chunk: string): void => {
      for (const char of chunk) {
        if (char === "\u0003" || char === "\u0004" || enter.test(char)) {
          stdin.off("data", onData);
          if (char === "\u0003") reject(new ObhutError("INTERRUPTED", {}));
          else resolve(typed);
          return;
        }
        typed = edited(typed, char);
      }
    };
    stdin.on("data", onData);
  });
}

/** Backspace takes the last character back, Ctrl-U all of them; other control characters are nothing. */
function edited(typed: string, char: string): string {
  if (char === "\u007f" || char === "\b") return [...typed].slice(0, -1).join("");
  if (char === "\u0015") return "";
  return char >= " " ? typed + char : typed;
}
