/** The recovery sheet, which is printed and kept. */
export const sheet = {
  title: "Recovery sheet for Open WebUI",
  withSecret:
    "With this sheet and the repository everything comes back, also without Obhut. Keep it on paper, away from the repository: whoever has both can read all chats and files.",
  withoutSecret:
    "This sheet says how everything comes back from the repository, also without Obhut. It holds no password: keep that in a second place.",
  repository: "Repository",
  location: "Location",
  id: "Id",
  recoveryPassword: "Recovery password",
  typeExactly: "Type it exactly as it stands, with capitals and dashes. The code holds the same.",
  everydayPassword: "Everyday password",
  passwordFile: "in the file {file} on {hostname}; that file must exist in a second place too",
  passwordElsewhere: "not on this sheet",
  withObhut: "Restore with Obhut",
  withRestic: "Restore without Obhut",
  resticNote:
    "Any machine with restic (restic.net) does; it asks for the password. The data directory is then restored/open-webui/data, the keys are in restored/open-webui/secrets.",
  startNote:
    "Start Open WebUI with that data directory in the place of its old one, and with the same WEBUI_SECRET_KEY. Obhut prints the command after a restore.",
  made: "Made on {date} on {hostname} by Obhut {version}.",
} as const;
