/** Choose a file, see it go, and read what could not be taken over. */

import type { JSX, RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ENDS, MAX_FILE } from "./foreign-files";
import { nameOf } from "../../document/paths";
import type { Answer } from "../../net/messages";
import { carried, go } from "../../router";
import { strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { Dialog } from "../../ui/dialogs";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { words } from "./format-strings";
import { importFile } from "./transfer";

type State =
  | { kind: "choosing"; problem: string | null }
  | { kind: "sending"; name: string; share: number }
  | { kind: "done"; answer: Answer<"imported"> };

export function ImportDialog({ onClose }: PanelProps): JSX.Element {
  const { files, socket } = useParts();
  const [state, setState] = useState<State>({ kind: "choosing", problem: null });
  // Which file is on its way: a dialog that is closed, or has another one, stops sending.
  const turn = useRef(0);
  const refuse = (problem: string) => setState({ kind: "choosing", problem });
  const open = async (answer: Answer<"imported">) => {
    // The workspace was made for this file: the empty worksheet that it began with is of no use.
    if (carried.document !== "") await files.remove(carried.document).catch(() => undefined);
    carried.document = "";
    onClose();
    go(`/w/${socket.workspace}/${answer.document.id}`);
  };
  const take = async (file: File) => {
    const mine = (turn.current += 1);
    const gone = () => turn.current !== mine;
    if (file.size > MAX_FILE) return refuse(words.tooLarge);
    setState({ kind: "sending", name: file.name, share: 0 });
    try {
      const answer = await importFile(files.link, file, (share) => gone() || setState({ kind: "sending", name: file.name, share }), gone);
      if (answer === null || gone()) return undefined;
      return Object.keys(answer.left_out ?? {}).length === 0 ? void open(answer) : setState({ kind: "done", answer });
    } catch (error) {
      if (gone()) return undefined;
      // A file that was changed or taken away since it was chosen.
      return refuse(error instanceof DOMException ? words.unreadable : errorText(error));
    }
  };
  const dropped = files.dropped.value;
  useEffect(() => {
    if (dropped === null) return;
    files.dropped.value = null;
    void take(dropped);
  }, [dropped]);
  useEffect(
    () => () => {
      turn.current += 1;
      carried.document = "";
    },
    [],
  );
  return (
    <Dialog label={words.importTitle} class="dialog transfer" onClose={onClose}>
      <h2>{words.importTitle}</h2>
      {state.kind === "done" ? <LeftOut answer={state.answer} onOpen={() => void open(state.answer)} /> : <Choice state={state} onFile={(file) => void take(file)} onClose={onClose} />}
    </Dialog>
  );
}

function Choice({ state, onFile, onClose }: { state: Exclude<State, { kind: "done" }>; onFile: (file: File) => void; onClose: () => void }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const sending = state.kind === "sending";
  const problem = sending ? null : state.problem;
  // What had the keyboard goes with the step that is over: it is never left to nobody, so that Escape always closes.
  useEffect(() => (sending ? cancel : field).current?.focus(), [sending, problem]);
  return (
    <>
      {state.kind === "sending" ? <Sending name={state.name} share={state.share} /> : <Field field={field} onFile={onFile} />}
      {problem !== null && (
        <p class="problem" role="alert" data-testid="import-problem">
          {problem}
        </p>
      )}
      <div class="buttons">
        <button ref={cancel} type="button" class="btn" data-testid="import-cancel" onClick={onClose}>
          {strings.cancel}
        </button>
      </div>
    </>
  );
}

function Field({ field, onFile }: { field: RefObject<HTMLInputElement | null>; onFile: (file: File) => void }): JSX.Element {
  const id = useId();
  const choose = (event: { readonly currentTarget: HTMLInputElement }) => {
    const [file] = event.currentTarget.files ?? [];
    // The same file, mended, may be chosen once more.
    event.currentTarget.value = "";
    if (file !== undefined) onFile(file);
  };
  return (
    <>
      <p class="muted">{words.importNote}</p>
      <label for={id}>{words.file}</label>
      <input ref={field} id={id} class="field" type="file" accept={ENDS} data-testid="import-file" onChange={choose} />
    </>
  );
}

function Sending({ name, share }: { name: string; share: number }): JSX.Element {
  return share < 1 ? <Going text={words.sending(name, percent(share))} share={share} /> : <Going text={words.reading(name)} share={undefined} />;
}

function LeftOut({ answer, onOpen }: { answer: Answer<"imported">; onOpen: () => void }): JSX.Element {
  return (
    <>
      <p role="status">{words.imported(nameOf(answer.document.path))}</p>
      <ul class="left-out" data-testid="left-out">
        {Object.entries(answer.left_out ?? {}).map(([what, count]) => (
          <li key={what}>{(words.leftOut[what] ?? words.other)(count)}</li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" class="btn p" ref={(button) => button?.focus()} data-testid="import-open" onClick={onOpen}>
          {words.open}
        </button>
      </div>
    </>
  );
}

/** What goes on, with a bar; without a share it is not known how far. */
export function Going({ text, share }: { text: string; share: number | undefined }): JSX.Element {
  return (
    <div class="going" data-testid="going">
      <p role="status">{text}</p>
      <progress aria-label={text} value={share} />
    </div>
  );
}

export function percent(share: number): string {
  return `${Math.floor(share * 100)}\u202f%`;
}
