/** Words of the settings. Another language is another table of this shape. */

export const words = {
  profile: "Profile",
  save: "Save",
  whoChangesAddresses: "An administrator changes addresses.",
  noAddress: "This account has no address yet: sign in by a link, or give it one.",
  appearance: "Appearance",
  theme: "Theme",
  themes: { system: "As the system", light: "Light", dark: "Dark" },
  quotas: "What you use",
  quotaOf: (used: string, allowed: string, left: string) => `${used} of ${allowed}, ${left} left`,
  largest: "Workspaces with most stored",
  stored: (outputs: string, history: string, files: string) => `${outputs} of output, ${history} of history, ${files} of files`,
  most: (allowed: string) => `at most ${allowed}`,
  changePassword: "Change password",
  oldPassword: "Current password",
  newPassword: "New password",
  repeatPassword: "New password again",
  passwordsDiffer: "The two new passwords are not the same.",
  passwordSet: "The password was set. All other sign-ins have ended.",
  passwordChanged: "The password was changed. All other sign-ins have ended.",
};
