/** A table of any length: a page of its rows is in the document, in the order and with the filter that was asked for. */

import type { ComponentType, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { IconButton } from "../../ui/basics";
import { arranged, csvOf, numeric, PAGE, tableOf, type Order, type Table, type Value } from "./rows";
import { words } from "./strings";

/** Typesets a formula; handed in, because this file comes apart from the page that has it. */
export type ShowFormula = ComponentType<{ latex: string; plain: string }>;

/** Up to so many rows there is nothing to page, and what is filtered is seen at once. */
const SHORT = 10;

export function DataTable({ text, plain, formula }: { text: string; plain: string; formula: ShowFormula }): JSX.Element {
  const table = useMemo(() => tableOf(text), [text]);
  if (table === null) return <pre class="stream value">{plain || words.unreadable}</pre>;
  return <Shown key={text} table={table} formula={formula} />;
}

function Shown({ table, formula }: { table: Table; formula: ShowFormula }): JSX.Element {
  const [filter, setFilter] = useState("");
  const [order, setOrder] = useState<Order | null>(null);
  const [page, setPage] = useState(0);
  const rows = useMemo(() => arranged(table.rows, filter, order), [table, filter, order]);
  const numbers = useMemo(() => numeric(table), [table]);
  const from = Math.min(page * PAGE, Math.max(0, rows.length - 1) - (Math.max(0, rows.length - 1) % PAGE));
  const sort = (column: number) => {
    setPage(0);
    // Up, down, and as it came.
    setOrder(order?.column !== column ? { column, down: false } : order.down ? null : { column, down: true });
  };
  return (
    <div class="data" data-testid="table">
      {table.rows.length > SHORT && (
        <div class="rowtools">
          <input
            type="search"
            class="field"
            aria-label={words.filter}
            placeholder={words.filter}
            value={filter}
            data-testid="table-filter"
            onInput={(event) => {
              setFilter(event.currentTarget.value);
              setPage(0);
            }}
          />
          <span class="place" role="status" data-testid="table-place">{words.rows(from + 1, Math.min(from + PAGE, rows.length), rows.length)}</span>
          {rows.length > PAGE && <Pager page={from / PAGE} last={Math.ceil(rows.length / PAGE) - 1} go={setPage} />}
          <button type="button" class="quiet" onClick={() => download(table)}>{words.csv}</button>
        </div>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={words.table}>
        <table>
          <Head table={table} order={order} numbers={numbers} sort={sort} />
          <tbody>
            {rows.slice(from, from + PAGE).map((row, index) => (
              <Row key={`${from + index}`} row={row} table={table} numbers={numbers} formula={formula} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && table.rows.length > 0 && <p class="note">{words.noRows}</p>}
      <LeftOut table={table} />
    </div>
  );
}

function LeftOut({ table }: { table: Table }): JSX.Element | null {
  const told = [
    ...(table.total > table.rows.length ? [words.notSent(table.rows.length, table.total)] : []),
    ...(table.width > table.columns.length ? [words.columnsLeftOut(table.width - table.columns.length)] : []),
  ];
  return told.length === 0 ? null : <p class="note" data-testid="table-cut">{told.join(" ")}</p>;
}

function Pager({ page, last, go }: { page: number; last: number; go: (page: number) => void }): JSX.Element {
  return (
    <span class="pager">
      <IconButton icon="back" label={words.previous} disabled={page <= 0} testId="table-previous" onClick={() => go(page - 1)} />
      <IconButton icon="back" turned label={words.next} disabled={page >= last} testId="table-next" onClick={() => go(page + 1)} />
    </span>
  );
}

interface HeadProps {
  table: Table;
  order: Order | null;
  numbers: readonly boolean[];
  sort: (column: number) => void;
}

function Head({ table, order, numbers, sort }: HeadProps): JSX.Element {
  const state = (column: number) => (order?.column !== column ? "none" : order.down ? "descending" : "ascending");
  return (
    <thead>
      <tr>
        {table.columns.map((name, column) => (
          <th key={column} scope="col" aria-sort={state(column)} class={numbers[column] ? "number" : ""}>
            <button type="button" title={words.sortBy(name || String(column + 1))} onClick={() => sort(column)}>
              {name || <span class="unseen">{words.sortBy(String(column + 1))}</span>}
              <span aria-hidden="true">{{ none: "", ascending: " ↑", descending: " ↓" }[state(column)]}</span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Row({ row, table, numbers, formula }: { row: readonly Value[]; table: Table; numbers: readonly boolean[]; formula: ShowFormula }): JSX.Element {
  return (
    <tr>
      {row.map((value, column) => {
        const name = numbers[column] ? "number" : "";
        const shown = <Cell value={value} formula={formula} />;
        return column < table.index ? <th key={column} scope="row" class={name}>{shown}</th> : <td key={column} class={name}>{shown}</td>;
      })}
    </tr>
  );
}

function Cell({ value, formula: Shown }: { value: Value; formula: ShowFormula }): JSX.Element {
  const text = value === null ? "" : String(value);
  return /^\$[^$]+\$$/.test(text) ? <Shown latex={text} plain={text} /> : <>{text}</>;
}

function download(table: Table): void {
  const address = URL.createObjectURL(new Blob([csvOf(table)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "table.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
