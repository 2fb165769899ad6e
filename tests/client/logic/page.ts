/** The little of a browser that modules touch when they are loaded; a test imports this first. */

const kept = new Map<string, string>();
const listeners = new Map<string, Set<(event: unknown) => void>>();

export const page = {
  /** Whether the system asks for dark. */
  dark: false,
  frames: [] as (() => void)[],
  /** Draw one frame: what was asked for by requestAnimationFrame runs. */
  frame(): void {
    page.frames.splice(0).forEach((action) => action());
  },
  fire(type: string, event: unknown = {}): void {
    listeners.get(type)?.forEach((listener) => listener(event));
  },
};

const location = { pathname: "/", origin: "https://sage.example", hash: "", reload: () => undefined };

const visited = {
  state: null as unknown,
  pushState: moveTo,
  replaceState: moveTo,
};

function moveTo(state: unknown, _title: string, path?: string): void {
  visited.state = state;
  if (path !== undefined) location.pathname = path;
}

const storage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => void kept.set(name, value),
  removeItem: (name: string) => void kept.delete(name),
};

Object.assign(globalThis, {
  window: globalThis,
  location,
  history: visited,
  localStorage: storage,
  sessionStorage: storage,
  document: { documentElement: { dataset: {} as Record<string, string> }, hidden: false, title: "" },
  matchMedia: () => ({ matches: page.dark }),
  requestAnimationFrame: (action: () => void) => page.frames.push(action),
  cancelAnimationFrame: () => void page.frames.splice(0),
  scrollTo: () => undefined,
  addEventListener: (type: string, listener: (event: unknown) => void) => {
    listeners.set(type, (listeners.get(type) ?? new Set()).add(listener));
  },
  removeEventListener: (type: string, listener: (event: unknown) => void) => void listeners.get(type)?.delete(listener),
});
