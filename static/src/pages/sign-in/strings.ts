/** Words of the sign-in page. Another language is another table of this shape. */

export const words = {
  signIn: "Sign in",
  signInText: "Your worksheets and their full history are where you left them.",
  password: "Password",
  signingIn: "Signing in…",
  noPassword: "No password yet? Whoever runs the server gets you a link that signs you in:",
  noPasswordCommand: "bin/sagews user link ADDRESS",
  noPasswordFirst: "The first administrator’s address is “administrator” until it is changed.",
  needsFirst: "This server is new. Open the sign-in link that it printed when it started.",
  artCaption: "Tessellation of the hyperbolic plane by (2, 3, ∞) triangles",
};
