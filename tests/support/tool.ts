/** Programs that the tests use and Obhut does not. tests/with-tools.sh installs them and names them in the environment. */
export type ToolVariable =
  | "OBHUT_TEST_RCLONE"
  | "OBHUT_TEST_RESTIC"
  | "OBHUT_TEST_RESTIC_DEBIAN"
  | "OBHUT_TEST_RUSTIC"
  | "OBHUT_TEST_SQLCIPHER"
  | "OBHUT_TEST_PYTHON";

/** The path of the program. Throws where it is not set: a test that needs it fails, and does not skip in silence. */
export function toolFromEnvironment(variable: ToolVariable): string {
  const program = process.env[variable];
  if (!program) throw new Error(`${variable} is not set; run this test as: tests/with-tools.sh node --test FILE`);
  return program;
}
