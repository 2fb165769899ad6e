/** Widgets: a tree of controls, with what their callbacks print below. It comes with the first one. */

import "../../common";
import type { JSX } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { Area } from "../area";
import { ControlView, styleOf } from "../interact/controls/control";
import type { Control, Of } from "../interact/controls";
import { Frame, type FrameProps } from "../interact/frame";
import { Steady } from "../interact/steady";
import { Box, Pages } from "./boxes";
import { TreeContext, type Tree } from "./context";
import { isTooMuch, MOST_DEPTH } from "./drawn";
import { words } from "./strings";
import { TREE_VIEWS } from "./views";

interface Props extends FrameProps {
  /** What callbacks print stands in it. */
  area: number;
}

const ONLY_SHOWN: ReadonlySet<string> = new Set(["box", "area", "note", "caption", "markup", "picture", "progress", "valid", "html"]);

export function TreePanel({ area, ...frame }: Props): JSX.Element | null {
  const { interact, locked } = frame;
  const controls = interact.controls.value;
  const root = interact.root.value ?? "";
  const tree = useMemo<Tree>(() => ({ interact, controls: new Map(controls.map((control) => [control.name, control])), Node }), [interact, controls]);
  const tooMuch = useMemo(() => isTooMuch(root, tree.controls), [root, tree]);
  if (!tree.controls.has(root)) return null;
  const isSettable = controls.some(({ kind }) => !ONLY_SHOWN.has(kind));
  return (
    <Frame {...frame} class="interact widgets">
      <TreeContext.Provider value={tree}>
        <fieldset class="zone" disabled={locked !== null} onClick={(event) => event.stopPropagation()}>
          {tooMuch ? <p class="note">{words.tooMuch}</p> : <Node name={root} within={[]} />}
        </fieldset>
      </TreeContext.Provider>
      {locked !== null && locked !== "" && isSettable && (
        <p class="locked" data-testid="interact-locked">
          {locked}
        </p>
      )}
      <Steady busy={interact.busy.value}>
        <Area area={area} />
      </Steady>
    </Frame>
  );
}

/** One control by its name. What stands in itself, and what is not there, is nothing. */
function Node({ name, within }: { name: string; within: readonly string[] }): JSX.Element | null {
  const { controls, interact } = useContext(TreeContext)!;
  const control = controls.get(name);
  if (control === undefined || within.includes(name) || within.length >= MOST_DEPTH) return null;
  const inside = [...within, name];
  switch (control.kind) {
    case "box":
      return <Box control={control} within={inside} />;
    case "pages":
      return <Pages control={control} within={inside} />;
    case "area":
      return <Held control={control} />;
    case "note":
      return (
        <p class="note" data-testid="widget-note">
          {control.text}
        </p>
      );
    default:
      return <ControlView key={`${name} ${control.kind}`} control={sized(control)} interact={interact} views={TREE_VIEWS} />;
  }
}

/** What an Output holds. */
function Held({ control }: { control: Of<"area"> }): JSX.Element {
  return (
    <div class="capture" style={styleOf(control.look)} data-name={control.name}>
      <Steady busy={false}>
        <Area area={control.area} />
      </Steady>
    </div>
  );
}

/** One that says how wide it is does not grow beyond that. */
function sized(control: Control): Control {
  const { look } = control;
  if (look === undefined || look.style["width"] === undefined || look.style["flex"] !== undefined) return control;
  return { ...control, look: { ...look, style: { ...look.style, flex: "0 1 auto" } } };
}
