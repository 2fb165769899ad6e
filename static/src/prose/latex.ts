/** LaTeX as objects print it, without the wrapping that a page needs no more. */

const WRAPPED: readonly RegExp[] = [
  /^\$\$([\s\S]*)\$\$$/,
  /^\$([\s\S]*)\$$/,
  /^\\\[([\s\S]*)\\\]$/,
  /^\\\(([\s\S]*)\\\)$/,
  /^\\begin\{(?:equation|displaymath|math)\*?\}([\s\S]*)\\end\{(?:equation|displaymath|math)\*?\}$/,
];

export function unwrapLatex(text: string): string {
  const trimmed = text.trim();
  for (const form of WRAPPED) {
    const inner = form.exec(trimmed)?.[1];
    if (inner !== undefined) return inner.trim().replace(/^\\displaystyle\b\s*/, "");
  }
  return trimmed;
}
