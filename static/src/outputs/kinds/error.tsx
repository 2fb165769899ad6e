/** Exceptions: taken apart here, and shown by code that comes with the first of them. */

import { tokens } from "../../editor/highlight";
import type { Json } from "../../net/messages";
import { OnDemand } from "../../workbench/on-demand";
import { numberOf, objectOf, outputKinds, textOf, type OutputKind } from "../kinds";

export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly user: boolean;
  readonly source: readonly (readonly [number, string])[];
  /** The columns of the line that could not be read, in code points: the first, and the one behind the last. */
  readonly marked: readonly [number, number] | null;
}

export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly frames: readonly Frame[];
  /** As it came: read by what shows it. */
  readonly hints: Json | undefined;
}

/** A traceback from a hostile place may be endless. */
const MOST_FRAMES = 100;
const MOST_ROWS = 50;

const failure = { load: () => import("../later").then((module) => module.FailureOutput) };

const error: OutputKind<Failure> = {
  id: "error",
  pieces: ["error"],
  read: ({ body }) => ({ name: textOf(body["name"]), message: textOf(body["message"]), frames: framesOf(body["frames"]), hints: body["hints"] }),
  show: (item) => <OnDemand of={failure} props={{ item, tokens }} />,
};

outputKinds.add(error);

function framesOf(value: Json | undefined): Frame[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_FRAMES).map((entry) => {
    const frame = objectOf(entry);
    const source = Array.isArray(frame["source"]) ? frame["source"] : [];
    return {
      file: textOf(frame["file"]),
      line: numberOf(frame["line"]),
      function: textOf(frame["function"]),
      user: frame["user"] === true,
      marked: markedOf(frame["marked"]),
      source: source.slice(0, MOST_ROWS).map((row) => (Array.isArray(row) ? [numberOf(row[0]), textOf(row[1])] : [0, ""])),
    };
  });
}

function markedOf(value: Json | undefined): [number, number] | null {
  if (!Array.isArray(value)) return null;
  const [start, end] = value.map(numberOf);
  return start !== undefined && end !== undefined && start >= 0 && end > start ? [start, end] : null;
}
