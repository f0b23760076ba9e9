/**
 * Reads `KEY=VALUE` files as Docker Compose and shells write them: blank lines and `#` comments are skipped, `export ` is
 * allowed, values may stand in quotes. Sources: docs.docker.com, "Use .env files"; python-dotenv, which the app itself loads.
 *
 * `docker run --env-file` keeps quotes as part of the value; the file itself is stored byte for byte beside what is read
 * here, so nothing hangs on the difference.
 */

const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=(.*)$/;

/** The last assignment of a name counts. A line that is none is skipped, as Compose does. */
export function parseEnvFile(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, rest = ""] = assignment.exec(line) ?? [];
    if (name === undefined) continue;
    const quote = rest.trimStart()[0];
    if (quote !== '"' && quote !== "'") {
      variables.set(name, unquoted(rest));
      continue;
    }
    let value = rest.trimStart().slice(1);
    // A quoted value may go on over several lines; without its closing quote it is taken as the one line it is.
    const first = i;
    while (!closingQuote.test(quote, value) && i + 1 < lines.length) value += `\n${lines[++i] ?? ""}`;
    if (closingQuote.test(quote, value)) {
      variables.set(name, quoted(quote, value));
    } else {
      i = first;
      variables.set(name, unquoted(rest));
    }
  }
  return variables;
}

/** `NAME=value` pairs separated by NUL bytes, as /proc/PID/environ holds them. */
export function parseProcessEnvironment(bytes: Uint8Array): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const pair of Buffer.from(bytes).toString("utf8").split("\0")) {
    const at = pair.indexOf("=");
    if (at > 0) variables.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return variables;
}

/** A comment begins at a `#` that follows white space. */
function unquoted(rest: string): string {
  return rest.replace(/(^|\s)#.*$/, "$1").trim();
}

const closingQuote = {
  test: (quote: string, value: string): boolean => closingAt(quote, value) !== -1,
};

function closingAt(quote: string, value: string): number {
  for (let at = 0; at < value.length; at++) {
    if (value[at] === "\\" && quote === '"') at++;
    else if (value[at] === quote) return at;
  }
  return -1;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

function quoted(quote: string, value: string): string {
  const inner = value.slice(0, closingAt(quote, value));
  if (quote === "'") return inner;
  return inner.replace(/\\(.)/gs, (whole, escaped: string) => escapes[escaped] ?? whole);
}
