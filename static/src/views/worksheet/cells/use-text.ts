/** The text of a cell as a value that follows its changes. */

import { useEffect, useState } from "preact/hooks";
import { useParts } from "../../../workbench/parts";

export function useText(id: string): string {
  const { sheet } = useParts().worksheet;
  const source = sheet.source(id);
  const [text, setText] = useState(() => source?.toString() ?? "");
  useEffect(() => {
    if (source === null) return;
    const follow = () => setText(source.toString());
    follow();
    source.observe(follow);
    return () => source.unobserve(follow);
  }, [source]);
  return text;
}
