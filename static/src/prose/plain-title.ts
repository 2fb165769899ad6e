/** Titles in lists: formulas as plain text, for a list is read at a glance and is no place to set them. */

const SIGNS: Record<string, string> = {
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", zeta: "ζ", eta: "η", theta: "θ", lambda: "λ", mu: "μ", pi: "π", rho: "ρ",
  sigma: "σ", tau: "τ", phi: "φ", chi: "χ", psi: "ψ", omega: "ω", Gamma: "Γ", Delta: "Δ", Sigma: "Σ", Omega: "Ω", infty: "∞", to: "→",
  times: "×", cdot: "·", le: "≤", leq: "≤", ge: "≥", geq: "≥", ne: "≠", in: "∈", subset: "⊂", sum: "∑", int: "∫", partial: "∂", sqrt: "√",
  ZZ: "ℤ", QQ: "ℚ", RR: "ℝ", CC: "ℂ", NN: "ℕ", ldots: "…", dots: "…", pm: "±",
};
const BLACKBOARD: Record<string, string> = { Z: "ℤ", Q: "ℚ", R: "ℝ", C: "ℂ", N: "ℕ", F: "𝔽", P: "ℙ", A: "𝔸" };
const RAISED: Record<string, string> = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", n: "ⁿ" };

/** A title without the dollar signs and commands of its formulas: "E/ℚ" for "$E/\\mathbb{Q}$". */
export function plainTitle(title: string): string {
  if (!title.includes("$")) return title;
  return title.replace(/\$\$?([^$]+)\$\$?/g, (_, formula: string) => plain(formula)).trim();
}

function plain(formula: string): string {
  return formula
    .replace(/\\(?:mathbb|Bold|mathbf)\s*\{?([A-Z])\}?/g, (_, letter: string) => BLACKBOARD[letter] ?? letter)
    .replace(/\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "$1/$2")
    .replace(/\\([A-Za-z]+)\s*/g, (_, name: string) => SIGNS[name] ?? "")
    .replace(/\^\{?([0-9n])\}?(?![\w}])/g, (_, sign: string) => RAISED[sign] ?? sign)
    .replace(/\\[,;:! ]/g, " ")
    .replace(/[{}\\]/g, "");
}
