/** What Yjs says about its own troubles, without the colours of its own console: the build puts this in the place of `lib0/logging`. */

export const BOLD = "";
export const UNBOLD = "";
export const RED = "";
export const ORANGE = "";

export const print = (...words: readonly unknown[]): void => console.info(...words);
export const warn = (...words: readonly unknown[]): void => console.warn(...words);
