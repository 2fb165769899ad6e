/** The tree that headings make of a flat list of cells, with computed numbers: "1", "1.1", "2". */

export type CellType = "code" | "text" | "section";

/** One cell as the views see it; its text is kept apart, so that typing moves nothing. */
export interface CellInfo {
  readonly id: string;
  readonly type: CellType;
  readonly pos: string;
  readonly depth: number;
  readonly heading: string;
  readonly folded: boolean;
  readonly hideInput: boolean;
  readonly foldOutput: boolean;
  /** Everything that the file says of it behind its id, these three too: docs/format-worksheet.md. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Which code cell this is, from 1; 0 for others. */
  readonly number: number;
}

export interface SectionNode {
  readonly section: CellInfo;
  readonly number: string;
  readonly level: number;
  readonly children: readonly TreeNode[];
}

export type TreeNode = CellInfo | SectionNode;

interface Open {
  section: CellInfo;
  number: string;
  level: number;
  children: TreeNode[];
}

export function isSection(node: TreeNode): node is SectionNode {
  return "section" in node;
}

/** Nest cells under their headings. The least depth in the sheet is level 0, whatever it is. */
export function buildTree(cells: readonly CellInfo[]): TreeNode[] {
  const least = Math.min(...cells.filter((cell) => cell.type === "section").map((cell) => cell.depth), 5);
  const roots: TreeNode[] = [];
  const stack: Open[] = [];
  const counts: number[] = [];
  for (const cell of cells) {
    if (cell.type !== "section") {
      (stack.at(-1)?.children ?? roots).push(cell);
      continue;
    }
    while (stack.length > 0 && stack.at(-1)!.section.depth >= cell.depth) stack.pop();
    const level = Math.min(stack.length, cell.depth - least);
    counts.length = level + 1;
    counts[level] = (counts[level] ?? 0) + 1;
    const node: Open = { section: cell, number: counts.join("."), level, children: [] };
    (stack.at(-1)?.children ?? roots).push(node);
    stack.push(node);
  }
  return roots;
}

/** All section nodes of a tree, in order. */
export function sectionsOf(nodes: readonly TreeNode[]): SectionNode[] {
  return nodes.flatMap((node) => (isSection(node) ? [node, ...sectionsOf(node.children)] : []));
}

/** The ids of a node's cells, the heading first. */
export function cellsBelow(node: TreeNode): CellInfo[] {
  return isSection(node) ? [node.section, ...node.children.flatMap(cellsBelow)] : [node];
}

/** The section cells that stand for a cell: the run of cells that moves or runs with it. */
export function spanOf(cells: readonly CellInfo[], id: string): CellInfo[] {
  const start = cells.findIndex((cell) => cell.id === id);
  const first = cells[start];
  if (first === undefined) return [];
  if (first.type !== "section") return [first];
  let end = start + 1;
  while (end < cells.length && !(cells[end]!.type === "section" && cells[end]!.depth <= first.depth)) end += 1;
  return cells.slice(start, end);
}

/** The section that a cell lies in (or is), or null above the first heading. */
export function sectionAround(cells: readonly CellInfo[], id: string): CellInfo | null {
  const index = cells.findIndex((cell) => cell.id === id);
  for (let place = index; place >= 0; place -= 1) if (cells[place]!.type === "section") return cells[place]!;
  return null;
}

/** The cells that are not hidden inside folded sections, in order. */
export function visibleCells(nodes: readonly TreeNode[]): CellInfo[] {
  return nodes.flatMap((node) => {
    if (!isSection(node)) return [node];
    return node.section.folded ? [node.section] : [node.section, ...visibleCells(node.children)];
  });
}

export type Rolled = "error" | "running" | "queued" | "done" | "idle";
const ORDER: readonly Rolled[] = ["running", "queued", "error", "done", "idle"];

/** The one state that a heading shows for everything below it. */
export function rollUp(states: readonly string[]): Rolled {
  return ORDER.find((state) => states.includes(state)) ?? "idle";
}
