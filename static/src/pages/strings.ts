/** Words that several pages share and a worksheet does not need: they come with those pages. */

export const account = {
  email: "Email",
  name: "Name",
  saved: "Saved.",
  leastPassword: "At least 10 characters.",
  setPasswordAction: "Set a password",
};

/** Whether an account has an address: the first one is made with a name in its place, which nobody can write to. */
export function hasAddress({ email }: { readonly email: string }): boolean {
  return email.includes("@");
}
