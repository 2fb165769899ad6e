/** The order of the list: as the variables were made, or by a column. */

export interface Variable {
  readonly name: string;
  readonly kind: string;
  readonly extent: string;
  readonly value: string;
}

export type Column = keyof Variable;

export interface Order {
  /** Null for the order in which they were made. */
  readonly by: Column | null;
  readonly down: boolean;
}

/** What a press on a column's head makes of the order: up, down, and as it was. */
export function pressed(order: Order, column: Column): Order {
  if (order.by !== column) return { by: column, down: false };
  return order.down ? { by: null, down: false } : { by: column, down: true };
}

/** How many parts a size names: "3 × 4" has twelve; what has none comes before everything. */
export function partsOf(extent: string): number {
  if (extent === "") return -1;
  return extent.split("×").reduce((product, each) => product * (Number.parseInt(each, 10) || 0), 1);
}

export function sorted(variables: readonly Variable[], { by, down }: Order): readonly Variable[] {
  if (by === null) return variables;
  const compare = (one: Variable, other: Variable) =>
    by === "extent" ? partsOf(one.extent) - partsOf(other.extent) : one[by].localeCompare(other[by], undefined, { numeric: true });
  return [...variables].sort((one, other) => (down ? compare(other, one) : compare(one, other)));
}
