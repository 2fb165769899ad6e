/** One version: what it changed, how it differs from any other or from now, all that it holds, and the way back to it. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { full } from "../../dates";
import { shortId } from "../../document/paths";
import type { FileDifference, VersionEntry } from "../../net/messages";
import { strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { Confirm } from "../../ui/dialogs";
import { useParts, type Parts } from "../../workbench/parts";
import { Difference } from "./difference";
import { KeptOutputs } from "./kept-outputs";
import { words } from "./strings";

export function titleOf(version: VersionEntry): string {
  if (version.kind === "revert" && version.name) return words.revertedTo(version.name);
  return version.name || (words.versionKinds[version.kind] ?? version.kind);
}

/** Who made it; of a named one, who named it. */
export function byWhom({ author, kind }: VersionEntry): string {
  return kind === "named" && author ? words.namedBy(author) : author;
}

/** What a version is shown beside: its parent, what is there now, another version by its id, or nothing. */
type Beside = "parent" | "now" | "nothing" | (string & {});

interface VersionProps {
  version: VersionEntry;
  /** The versions that are listed, newest first. */
  others: readonly VersionEntry[];
  onProblem: (text: string | null) => void;
  onReverted: (version: VersionEntry) => void;
  onUnnamed: () => void;
}

export function Version({ version, others, onProblem, onReverted, onUnnamed }: VersionProps): JSX.Element {
  const { socket, worksheet } = useParts();
  const [asking, setAsking] = useState(false);
  const [reverting, setReverting] = useState(false);
  const [beside, setBeside] = useState<Beside>("parent");
  const revert = () => {
    worksheet.edits.flush();
    setReverting(true);
    void socket.ask<"version">({ type: "revert", version: version.id }).then(
      () => onReverted(version),
      (error: unknown) => {
        setReverting(false);
        onProblem(errorText(error));
      },
    );
  };
  return (
    <div class="version">
      <div class="muted">
        {[byWhom(version), full(version.time), shortId(version)].filter(Boolean).join(", ")}
        {worksheet.mayEdit.value && (
          <span class="ways">
            <button type="button" class="btn" disabled={reverting} onClick={() => setAsking(true)} data-testid="revert">
              {reverting ? words.reverting : words.revert}
            </button>
            {version.may_unname === true && <Unname version={version} onProblem={onProblem} onUnnamed={onUnnamed} />}
          </span>
        )}
      </div>
      <Choice version={version} others={others} beside={beside} onBeside={setBeside} />
      <Files key={beside} version={version} others={others} beside={beside} onProblem={onProblem} />
      {version.kind === "named" && <KeptOutputs version={version} onProblem={onProblem} />}
      {asking && <Confirm text={words.confirmRevert(titleOf(version), full(version.time))} action={words.revert} onYes={revert} onClose={() => setAsking(false)} />}
    </div>
  );
}

/** Takes the name from the version, and with it the outputs that it keeps: those are gone, so people are asked. */
function Unname({ version, onProblem, onUnnamed }: Pick<VersionProps, "version" | "onProblem" | "onUnnamed">): JSX.Element {
  const { socket, worksheet } = useParts();
  const [asking, setAsking] = useState(false);
  const done = useRef(false);
  // The button goes once the list says so, and would take the keyboard along.
  useEffect(() => () => void (done.current && onUnnamed()), []);
  const unname = () =>
    void socket.ask<"unnamed">({ type: "unname", version: version.id }).then(
      () => {
        worksheet.notices.announce(words.unnamed(version.name));
        done.current = true;
      },
      (error: unknown) => onProblem(errorText(error)),
    );
  return (
    <>
      <button type="button" class="btn" onClick={() => setAsking(true)} data-testid="unname">
        {words.unname}
      </button>
      {asking && <Confirm text={words.confirmUnname(version.name)} action={words.unname} danger onYes={unname} onClose={() => setAsking(false)} />}
    </>
  );
}

interface ChoiceProps {
  version: VersionEntry;
  others: readonly VersionEntry[];
  beside: Beside;
  onBeside: (beside: Beside) => void;
}

function Choice({ version, others, beside, onBeside }: ChoiceProps): JSX.Element {
  const before = others[others.findIndex((other) => other.id === version.id) + 1];
  return (
    <label class="beside">
      <span class="muted">{words.show}</span>
      <select class="field" value={beside} data-testid="beside" onChange={(event) => onBeside(event.currentTarget.value)}>
        <option value="parent">{words.whatItChanged}</option>
        <option value="now">{words.changedSince}</option>
        <option value="nothing">{words.wholeText}</option>
        <optgroup label={words.comparedWith}>
          {others.filter((other) => other.id !== version.id).map((other) => (
            <option key={other.id} value={other.id}>
              {`${titleOf(other)}, ${full(other.time)}`}
            </option>
          ))}
        </optgroup>
      </select>
      {beside === "parent" && before !== undefined && before.id !== version.id && (
        <small class="muted" data-testid="compared">{words.comparedTo(titleOf(before), full(before.time))}</small>
      )}
    </label>
  );
}

/** The two that are compared, the older one first. */
async function asked(beside: Beside, version: VersionEntry, others: readonly VersionEntry[], { worksheet }: Parts) {
  if (beside === "parent") return { version: version.id };
  if (beside === "nothing") return { version: version.id, whole: true };
  const { versions, mayEdit } = worksheet;
  if (beside === "now") {
    // Only versions can be compared. Who may not make one sees the newest.
    const now = mayEdit.value ? (await versions.save()).version : versions.newest.value;
    return { version: now?.id ?? version.id, against: version.id };
  }
  const place = (id: string) => others.findIndex((each) => each.id === id);
  const [newer, older] = place(beside) < place(version.id) ? [beside, version.id] : [version.id, beside];
  return { version: newer, against: older };
}

function Files({ version, others, beside, onProblem }: Omit<VersionProps, "onReverted" | "onUnnamed"> & { beside: Beside }): JSX.Element {
  const parts = useParts();
  const [files, setFiles] = useState<readonly FileDifference[] | null>(null);
  useEffect(() => {
    let gone = false;
    asked(beside, version, others, parts)
      .then((two) => parts.socket.ask<"difference">({ type: "difference", ...two }))
      .then(
        (answer) => {
          if (gone) return;
          setFiles(answer.files);
          onProblem(null);
        },
        (error: unknown) => gone || onProblem(errorText(error)),
      );
    return () => void (gone = true);
  }, [version.id, beside]);
  const here = parts.worksheet.path.value;
  const first = (file: FileDifference) => (file.path === here ? 0 : 1);
  const whole = beside === "nothing";
  return (
    <div data-testid="version-files" data-beside={beside} aria-busy={files === null}>
      {files === null && <p class="muted">{strings.loading}</p>}
      {files?.length === 0 && <p class="muted">{whole ? words.noText : words.noDifference}</p>}
      {[...(files ?? [])].sort((one, other) => first(one) - first(other)).map((file) => (
        <Difference key={file.path} file={file} whole={whole} />
      ))}
    </div>
  );
}
