/** What the build makes of viewer.tsx and viewer.css, as texts: one whole file each. */

declare module "offline-viewer" {
  const text: string;
  export default text;
}

declare module "offline-looks" {
  const text: string;
  export default text;
}

declare module "*/frame.html" {
  const text: string;
  export default text;
}
