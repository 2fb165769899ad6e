/// <reference types="trusted-types" />
/** The page's side of the worker that looks for patterns: one question at a time, each with a deadline. */

import { TooMuch, type Edit, type Hit } from "./query";
import type { Done, Task } from "./worker";

/** Milliseconds for an answer, and for a worker to begin its first. */
const DEADLINE = 1000;
const START = 8000;

/** The pattern takes longer than anybody waits. */
export class TooLong extends Error {}

let worker: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();
let number = 0;

export function seek(task: Task & { readonly template: string }): Promise<Readonly<Record<string, readonly Edit[]>>>;
export function seek(task: Omit<Task, "template">, stillWanted: () => boolean): Promise<readonly Hit[]>;
/** Have it looked for. Throws TooLong beyond the deadline, TooMuch, and an Error with the reason for a pattern that is none.
 *
 * What nobody wants any more when its turn comes finds nothing. */
export function seek(task: Task, stillWanted: () => boolean = () => true): Promise<unknown> {
  const next = last.then(() => (stillWanted() ? attempt(task) : []));
  last = next.catch(() => undefined);
  return next;
}

function attempt(task: Task): Promise<unknown> {
  const patience = worker === null ? START : DEADLINE;
  const mine = (worker ??= begin());
  const wanted = (number += 1);
  return new Promise((resolve, reject) => {
    const give = (error: Error) => {
      mine.terminate();
      worker = null;
      reject(error);
    };
    const timer = window.setTimeout(() => give(new TooLong()), patience);
    mine.onerror = () => {
      window.clearTimeout(timer);
      give(new Error());
    };
    mine.onmessage = ({ data }: MessageEvent<Done & { number: number }>) => {
      if (data.number !== wanted) return;
      window.clearTimeout(timer);
      if ("problem" in data) reject(data.tooMuch ? new TooMuch() : new Error(data.problem));
      else resolve("hits" in data ? data.hits : data.edits);
    };
    mine.postMessage({ number: wanted, ...task });
  });
}

/** The page's policy takes addresses of scripts from named places only; this is the one for the worker. */
const addresses = window.trustedTypes?.createPolicy("sagews-find", { createScriptURL: (address) => address });

function begin(): Worker {
  const address = document.querySelector<HTMLMetaElement>("meta[name=find-worker]")?.content ?? "";
  return new Worker((addresses?.createScriptURL(address) ?? address) as string);
}
