/** What is found now: at once for a text, from the worker for a pattern, which may be none or take too long. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useParts } from "../../workbench/parts";
import { hitsOf, type Hit, type Query, type Searched } from "./query";
import { searchedIn } from "./searched";
import { seek, TooLong } from "./seek";

export interface Found {
  readonly query: Query;
  readonly hits: readonly Hit[];
  readonly searched: ReadonlyMap<string, Searched>;
  /** Why nothing is found: the pattern is none (with the browser's reason), or takes too long. */
  readonly problem: { readonly kind: "bad" | "long"; readonly reason: string } | null;
}

/** Look for it in these cells (null: all); again whenever `round`, a cell or an output changes. */
export function useHits(query: Query, only: readonly string[] | null, round: number): Found {
  const parts = useParts();
  const { results } = parts.worksheet.runs;
  const cells = useMemo(() => {
    const all = searchedIn(parts);
    return only === null ? all : all.filter(({ id }) => only.includes(id));
  }, [parts.worksheet.sheet.cells.value, results.value, only, round]);
  const searched = useMemo(() => new Map(cells.map((cell) => [cell.id, cell])), [cells]);
  const { text, matchCase, wholeWord, pattern } = query;
  const plain = useMemo(() => (pattern ? null : hitsOf(cells, query)), [cells, text, matchCase, wholeWord, pattern]);
  const [apart, setApart] = useState<Found | null>(null);
  const turn = useRef(0);
  useEffect(() => {
    const mine = (turn.current += 1);
    if (!pattern) return;
    const wanted = () => turn.current === mine;
    const take = (hits: readonly Hit[], problem: Found["problem"] = null) => wanted() && setApart({ query, hits, searched, problem });
    seek({ cells, query }, wanted).then(take, (error: unknown) => {
      const kind = error instanceof TooLong ? "long" : "bad";
      take([], { kind, reason: (error instanceof Error && error.message) || "" });
    });
  }, [cells, text, matchCase, wholeWord, pattern]);
  if (plain !== null) return { query, hits: plain, searched, problem: null };
  // Until the worker answers, what it said last stays; never what was found by another kind of search.
  return apart?.query.pattern ? apart : NOTHING;
}

const NOTHING: Found = { query: { text: "", matchCase: false, wholeWord: false, pattern: true }, hits: [], searched: new Map(), problem: null };
