/** Work that shows something, spread over frames: a little at once, then what is near the window, then the rest in idle time.
 *
 * A sheet opens with hundreds of formulas, each of which takes a millisecond or two. */

type Action = () => void;

/** Milliseconds that are spent at once: one formula that has just been written must not wait for a frame. */
const AT_ONCE = 6;
const NEAR = "800px";

const waiting = new Map<Element, Action>();
let spent = 0;
let idle = 0;

// The margin of a scrolling element inside of the window has a name of its own.
const NEARBY = { rootMargin: NEAR, scrollMargin: NEAR } as IntersectionObserverInit;
let observer: IntersectionObserver | null = null;

function watcher(): IntersectionObserver {
  return (observer ??= new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) take(entry.target);
  }, NEARBY));
}

/** Do something that fills an element, soon; returns how to call it off. */
export function soon(element: Element, action: Action): Action {
  if (spent < AT_ONCE) {
    measured(action);
    return () => undefined;
  }
  waiting.set(element, action);
  watcher().observe(element);
  if (idle === 0) idle = whenIdle(goOn);
  return () => forget(element);
}

function measured(action: Action): void {
  if (spent === 0) requestAnimationFrame(() => (spent = 0));
  const start = performance.now();
  action();
  spent += Math.max(performance.now() - start, 0.01);
}

function take(element: Element): void {
  const action = waiting.get(element);
  forget(element);
  action?.();
}

function forget(element: Element): void {
  waiting.delete(element);
  watcher().unobserve(element);
}

function goOn(deadline: { timeRemaining(): number }): void {
  idle = 0;
  do {
    const [next] = waiting.keys();
    if (next === undefined) return;
    take(next);
  } while (deadline.timeRemaining() > AT_ONCE);
  idle = whenIdle(goOn);
}

// On paper there is no later.
window.addEventListener("beforeprint", () => [...waiting.keys()].forEach(take));

/** Safari has no idle callbacks. */
function whenIdle(action: (deadline: { timeRemaining(): number }) => void): number {
  if ("requestIdleCallback" in window) return window.requestIdleCallback(action);
  return setTimeout(() => action({ timeRemaining: () => 0 }), 50) as unknown as number;
}
