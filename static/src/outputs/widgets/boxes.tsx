/** Widgets that hold others: one behind the other, in a grid, or one page at a time. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useContext, useId } from "preact/hooks";
import { styleOf } from "../interact/controls/control";
import type { Of } from "../interact/controls";
import type { Look } from "../interact/tree-controls";
import { TreeContext } from "./context";
import { words } from "./strings";

interface Props<Kind extends "box" | "pages"> {
  control: Of<Kind>;
  within: readonly string[];
}

/** With one of these a column is no list of rows any more, whose labels stand below each other. */
const FREE = ["align-items", "justify-content", "display", "flex-flow", "height", "grid-template-columns"];

export function Box({ control, within }: Props<"box">): JSX.Element {
  const { look, flow, children } = control;
  const isFree = flow === "column" && FREE.some((name) => look?.style[name] !== undefined);
  return (
    <div class={["holder", flow, isFree ? "free" : "", look?.tone ?? ""].filter(Boolean).join(" ")} style={placed(look)} title={look?.tooltip || undefined} data-name={control.name}>
      <Inside names={children} within={within} />
    </div>
  );
}

export function Pages({ control, within }: Props<"pages">): JSX.Element {
  const { interact } = useContext(TreeContext)!;
  const value = useComputed(() => interact.values.value.get(control.name)).value;
  const chosen = typeof value === "number" ? value : null;
  const choose = (place: number | null) => interact.set(control.name, place);
  const title = (place: number) => control.titles[place] || words.page(place + 1);
  const shown = { control, within, chosen, choose, title };
  return (
    <div class={`holder pages ${control.shape}`} style={placed(control.look)} data-name={control.name}>
      {control.shape === "tab" ? <Tabs {...shown} /> : control.shape === "accordion" ? <Accordion {...shown} /> : <Page {...shown} />}
    </div>
  );
}

interface Shown extends Props<"pages"> {
  chosen: number | null;
  choose: (place: number | null) => void;
  title: (place: number) => string;
}

function Tabs({ control, within, chosen, choose, title }: Shown): JSX.Element {
  const id = useId();
  const press = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const last = control.children.length - 1;
    const from = chosen ?? 0;
    const to = { ArrowRight: from === last ? 0 : from + 1, ArrowLeft: from === 0 ? last : from - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
    event.currentTarget.querySelectorAll("button")[to]?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={words.pages} onKeyDown={press}>
        {control.children.map((_, place) => (
          <button
            key={place}
            type="button"
            role="tab"
            id={`${id}-${place}`}
            aria-selected={place === chosen}
            aria-controls={place === chosen ? `${id}-page` : undefined}
            tabIndex={place === (chosen ?? 0) ? 0 : -1}
            onClick={() => choose(place)}
          >
            {title(place)}
          </button>
        ))}
      </div>
      {chosen !== null && (
        <div role="tabpanel" id={`${id}-page`} aria-labelledby={`${id}-${chosen}`} class="page">
          <Inside names={control.children.slice(chosen, chosen + 1)} within={within} />
        </div>
      )}
    </>
  );
}

function Accordion({ control, within, chosen, choose, title }: Shown): JSX.Element {
  const id = useId();
  return (
    <>
      {control.children.map((name, place) => (
        <div key={place} class="fold">
          <button
            type="button"
            id={`${id}-${place}`}
            aria-expanded={place === chosen}
            aria-controls={place === chosen ? `${id}-page` : undefined}
            onClick={() => choose(place === chosen ? null : place)}
          >
            {title(place)}
          </button>
          {place === chosen && (
            <div role="region" id={`${id}-page`} aria-labelledby={`${id}-${place}`} class="page">
              <Inside names={[name]} within={within} />
            </div>
          )}
        </div>
      ))}
    </>
  );
}

/** Of a stack only the one that is chosen is to be seen. */
function Page({ control, within, chosen }: Shown): JSX.Element {
  return <Inside names={chosen === null ? [] : control.children.slice(chosen, chosen + 1)} within={within} />;
}

function Inside({ names, within }: { names: readonly string[]; within: readonly string[] }): JSX.Element {
  const { Node } = useContext(TreeContext)!;
  return (
    <>
      {names.map((name, place) => (
        <Node key={`${name} ${place}`} name={name} within={within} />
      ))}
    </>
  );
}

/** A box that says how wide it is does not grow beyond that. */
function placed(look: Look | undefined): Record<string, string> | undefined {
  const style = styleOf(look);
  return style === undefined || style["width"] === undefined || style["flex"] !== undefined ? style : { ...style, flex: "0 1 auto" };
}
