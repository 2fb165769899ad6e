/** Words that several pages share and a worksheet does not need: they come with those pages. */

export const account = {
  email: "Email",
  name: "Name",
  saved: "Saved.",
  setPasswordAction: "Set a password",
};
