/** A text that is being typed in a control: it is sent when it is done with, and until then nothing overwrites it. */

import { useState } from "preact/hooks";
import type { Interact } from "../interact";

interface Draft {
  /** What the field shows. */
  readonly text: string;
  readonly dirty: boolean;
  type(text: string): void;
  /** Be done with it. */
  take(): void;
  /** Back to what it was. */
  drop(): void;
}

export function useDraft(value: string, interact: Interact, name: string, onText: (text: string) => void): Draft {
  const [draft, setDraft] = useState<string | null>(null);
  const end = () => {
    setDraft(null);
    interact.letGo(name);
  };
  return {
    text: draft ?? value,
    dirty: draft !== null && draft !== value,
    type: (text) => {
      interact.hold(name);
      setDraft(text);
    },
    take: () => {
      if (draft === null) return;
      if (draft !== value) onText(draft);
      end();
    },
    drop: end,
  };
}
