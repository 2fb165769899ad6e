/** One thing that people have to be told. */

import type { ComponentChildren, JSX } from "preact";

export function Notice(props: { kind?: string; testId: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class={`notice ${props.kind ?? ""}`} role={props.kind === "bad" ? "alert" : "status"} data-testid={props.testId}>
      {props.children}
    </div>
  );
}
