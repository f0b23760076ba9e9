/** How rclone is called. */

export interface RcloneChoices {
  /** Program, and words that come first. */
  readonly program?: readonly string[];
  /** Instead of what makes it serve. */
  readonly args?: readonly string[];
}

/** As restic: standard input and output instead of a port, and files that are removed from B2 are gone. Nobody could answer a question. */
const serve = ["serve", "restic", "--stdio", "--b2-hard-delete", "--ask-password=false"];

/** No shell is between. rclone finds its own configuration, by RCLONE_CONFIG or where it always is. */
export function rcloneCommand(
  remote: string,
  { program = [], args = serve }: RcloneChoices = {},
): readonly [program: string, ...words: string[]] {
  const [first = "rclone", ...more] = program;
  return [first, ...more, ...args, remote];
}
