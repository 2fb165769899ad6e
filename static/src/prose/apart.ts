/// <reference types="trusted-types" />
/** Work for the worker, one piece after the other, each with a deadline: what takes longer is given up with its worker. */

import type { Done, Task } from "./worker";

/** Milliseconds for one piece of work, and for a worker to begin its first. */
const DEADLINE = 2000;
const START = 8000;

export class TooLong extends Error {}

let worker: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();
let number = 0;

/** Have it done. Throws TooLong beyond the deadline, and an Error with the reason when it can't be done. */
export function apart(task: { readonly text: string }): Promise<{ html: string }>;
export function apart(task: Exclude<Task, { readonly text: string }>, deadline?: number): Promise<{ size: number }>;
export function apart(task: Task, deadline = DEADLINE): Promise<Done> {
  const next = last.then(() => attempt(task, deadline));
  last = next.catch(() => undefined);
  return next;
}

function attempt(task: Task, deadline: number): Promise<Done> {
  const patience = worker === null ? Math.max(START, deadline) : deadline;
  const mine = (worker ??= begin());
  const wanted = (number += 1);
  return new Promise((resolve, reject) => {
    const give = (error: Error) => {
      mine.terminate();
      worker = null;
      reject(error);
    };
    const timer = window.setTimeout(() => give(new TooLong()), patience);
    mine.onerror = () => give(new Error());
    mine.onmessage = ({ data }: MessageEvent<Done & { number: number }>) => {
      if (data.number !== wanted) return;
      window.clearTimeout(timer);
      if ("problem" in data) reject(new Error(data.problem));
      else resolve(data);
    };
    mine.postMessage({ number: wanted, ...task });
  });
}

/** The page's policy takes addresses of scripts from named places only; this is the one for the worker. */
const addresses = window.trustedTypes?.createPolicy("sagews-worker", { createScriptURL: (address) => address });

function begin(): Worker {
  const address = document.querySelector<HTMLMetaElement>("meta[name=prose-worker]")?.content ?? "";
  return new Worker((addresses?.createScriptURL(address) ?? address) as string);
}
