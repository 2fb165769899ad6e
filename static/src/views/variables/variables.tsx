/** The list of variables: asked for anew whenever a cell has run, while it is open. */

import "../../common";
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { strings } from "../../strings";
import { IconButton } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { pressed, sorted, type Column, type Order, type Variable } from "./sorting";
import { words } from "./strings";

/** Milliseconds after the last run, so that a batch of cells is asked about once. */
const PAUSE = 250;
const COLUMNS: readonly Column[] = ["name", "kind", "extent", "value"];

interface Listed {
  readonly variables: readonly Variable[];
  readonly more: number;
}

export function Variables({ onClose }: PanelProps): JSX.Element {
  const { socket, worksheet } = useParts();
  const listed = useSignal<Listed | null>(null);
  const order = useSignal<Order>({ by: null, down: false });
  const problem = useSignal("");
  const asked = useRef(0);
  const busy = useComputed(() => worksheet.runs.busy.value.length > 0).value;
  const alive = useComputed(() => worksheet.session.alive.value).value;
  const ask = () => {
    const number = (asked.current += 1);
    const current = () => number === asked.current;
    socket.ask<"variable_list">({ type: "variables", document: worksheet.id }).then(
      ({ variables, more }) => {
        if (!current()) return;
        listed.value = { variables, more: more ?? 0 };
        problem.value = "";
      },
      (error: unknown) => {
        if (current()) problem.value = (error instanceof Error && error.message) || strings.failed;
      },
    );
  };
  useSignalEffect(() => {
    if (!worksheet.session.alive.value) return void (listed.value = null);
    if (worksheet.runs.busy.value.length > 0) return;
    const timer = window.setTimeout(ask, PAUSE);
    return () => window.clearTimeout(timer);
  });
  return (
    <aside class="variables" aria-label={words.title} data-testid="variables">
      <div class="hd">
        <h2>{words.title}</h2>
        <IconButton icon="restart" label={words.refresh} disabled={busy || !alive} onClick={ask} />
        <IconButton icon="close" label={strings.close} testId="end-variables" onClick={onClose} />
      </div>
      <p class="muted" role="status">{noteOf(alive, busy, problem.value, listed.value)}</p>
      {listed.value !== null && listed.value.variables.length > 0 && <Table listed={listed.value} order={order.value} onOrder={(column) => (order.value = pressed(order.value, column))} />}
      {listed.value !== null && listed.value.more > 0 && <p class="muted">{words.more(listed.value.more)}</p>}
    </aside>
  );
}

function noteOf(alive: boolean, busy: boolean, problem: string, listed: Listed | null): string {
  if (!alive) return words.noSession;
  if (busy) return words.busy;
  return problem || (listed?.variables.length === 0 ? words.none : "");
}

function Table({ listed, order, onOrder }: { listed: Listed; order: Order; onOrder: (column: Column) => void }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={words.title}>
      <table>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" aria-sort={order.by !== column ? "none" : order.down ? "descending" : "ascending"}>
                <button type="button" onClick={() => onOrder(column)}>
                  {words.columns[column]}
                  {order.by === column && <Icon name="chevron" turned={order.down} />}
                </button>
              </th>
            ))}
            <th />
          </tr>
        </thead>
        <tbody>
          {sorted(listed.variables, order).map((variable) => (
            <Row key={variable.name} variable={variable} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ variable: { name, kind, extent, value } }: { variable: Variable }): JSX.Element {
  const { actions, focus, worksheet } = useParts();
  const put = (code: string) => () => {
    if (!worksheet.mayEdit.value) return;
    const id = worksheet.sheet.insert("code", { after: actions.span().at(-1) ?? null }, code);
    focus.select(id);
    worksheet.run([id]);
  };
  const entries = [
    { label: words.show(name), run: put(name) },
    { label: words.plot(name), run: put(`plot(${name})`) },
    { label: words.forget(name), run: put(`del ${name}`) },
  ];
  return (
    <tr data-name={name}>
      <th scope="row" title={name}>{name}</th>
      <td title={kind}>{kind}</td>
      <td class="num" title={extent}>{extent}</td>
      <td title={value}>{value}</td>
      <td>
        <Menu label={words.actions(name)} button={<Icon name="more" />} entries={entries} />
      </td>
    </tr>
  );
}
