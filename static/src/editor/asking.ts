/** Who is asked about the text of a cell, and what they answer. */

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly { label: string; kind: string }[];
  /** Where they come from, a word of `sources` in strings.ts; the session itself when it is none. */
  readonly source?: string;
}

/** Why there is nothing to be told: one of `whyNot` in strings.ts, or the server's sentence. */
export interface Silence {
  readonly why: string;
}

export type Complete = (code: string, cursor: number) => Promise<Completions | Silence>;

/** What a name is: as text, and as something that fills an element; that returns what takes it away again. */
export interface Explanation {
  readonly text: string;
  readonly fill: ((element: HTMLElement) => () => void) | null;
}

/** Who is asked about the text of one cell. */
export interface Asking {
  readonly complete: Complete;
  inspect(code: string, cursor: number): Promise<Explanation | Silence>;
  signature(code: string, cursor: number): Promise<Signature | null>;
  /** The code of the whole sheet, cell by cell: its names help when no session can be asked. */
  texts(): readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly kind: string;
  readonly default: string;
  readonly type: string;
}

export interface Signature {
  readonly name: string;
  /** Whether anybody wrote down what it takes. */
  readonly known: boolean;
  readonly parameters: readonly Parameter[];
  readonly returns: string;
  /** Which parameter the argument at the caret is for, -1 if none. */
  readonly active: number;
  /** The first sentence of its documentation. */
  readonly first: string;
}
