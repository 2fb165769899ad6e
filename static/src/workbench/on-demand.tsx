/** A component whose code may come only when it is first shown. */

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { patiently } from "../patience";

type Load<Props> = () => ComponentType<Props> | Promise<ComponentType<Props>>;

/** What has been loaded, or is on its way, so that the second time it is there at once; by item, because its loader may be a method. */
const loaded = new WeakMap<object, ComponentType<never> | Promise<ComponentType<never>>>();

/** Show what an item of a registry loads; nothing until it is there. Give it the item's id as its key. */
export function OnDemand<Props extends object>({ of: item, props }: { of: { load: Load<Props> }; props: Props }): JSX.Element | null {
  const [, ready] = useState(false);
  const found = loaded.get(item) ?? take(item);
  useEffect(() => {
    if (found instanceof Promise) void found.then(() => ready(true));
  }, [item]);
  if (found instanceof Promise) return null;
  const Shown = found as ComponentType<Props>;
  return <Shown {...props} />;
}

function take<Props>(item: { load: Load<Props> }): ComponentType<never> | Promise<ComponentType<never>> {
  const found = item.load() as ComponentType<never> | Promise<ComponentType<never>>;
  if (!(found instanceof Promise)) {
    loaded.set(item, found);
    return found;
  }
  // The loader was asked once already; it is only asked again where that came to nothing.
  let first: typeof found | null = found;
  const load = () => {
    const asked = first ?? Promise.resolve(item.load() as ComponentType<never>);
    first = null;
    return asked;
  };
  const soon = patiently(load).then((component) => {
    loaded.set(item, component);
    return component;
  });
  loaded.set(item, soon);
  return soon;
}
