/** Links to the files that a cell wrote; pictures are shown when somebody asks. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { errorText } from "../../ui/basics";
import { bytes } from "../../times";
import { useParts } from "../../workbench/parts";
import { MOST, readFile, save } from "./reading";
import { words } from "./strings";

export interface WrittenFile {
  readonly path: string;
  readonly size: number;
}

const MOST_FILES = 50;
const MOST_PICTURE = 10 * 1024 * 1024;
const PICTURES: Readonly<Record<string, string>> = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp" };

/** What a session says of files, bounded; null for anything else. */
export function filesOf(text: string): { files: readonly WrittenFile[]; more: number } | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  const { files, more } = (typeof found === "object" && found !== null ? found : {}) as Record<string, unknown>;
  if (!Array.isArray(files)) return null;
  const read = files.slice(0, MOST_FILES).flatMap((each: unknown) => {
    const { path, size } = (typeof each === "object" && each !== null ? each : {}) as Record<string, unknown>;
    return typeof path === "string" && path !== "" && path.length <= 1024 && typeof size === "number" ? [{ path, size }] : [];
  });
  return { files: read, more: typeof more === "number" ? Math.max(0, Math.floor(more)) : 0 };
}

export function FileLinks({ text, plain }: { text: string; plain: string }): JSX.Element {
  const found = filesOf(text);
  if (found === null) return <pre class="stream value">{plain}</pre>;
  return (
    <ul class="files" aria-label={words.files} data-testid="files">
      {found.files.map((file) => (
        <Entry key={file.path} file={file} />
      ))}
      {found.more > 0 && <li>{words.more(found.more)}</li>}
    </ul>
  );
}

function Entry({ file: { path, size } }: { file: WrittenFile }): JSX.Element {
  const { files } = useParts();
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState("");
  const [shown, setShown] = useState(false);
  const here = useRef(true);
  useEffect(() => () => void (here.current = false), []);
  const download = async () => {
    setProblem("");
    try {
      const parts = await readFile(files.link, path, (part) => {
        if (here.current) setShare(part);
        return here.current;
      });
      if (parts !== null) save(path.split("/").at(-1)!, parts);
    } catch (error) {
      setProblem(errorText(error));
    }
    setShare(null);
  };
  const picture = PICTURES[path.split(".").at(-1)!.toLowerCase()];
  return (
    <li>
      <button type="button" class="link" disabled={share !== null || size > MOST} title={size > MOST ? words.tooLarge : words.download(path)} onClick={() => void download()}>
        {path}
      </button>{" "}
      <span class="size">{share === null || share === 1 ? bytes(size) : `${Math.floor(share * 100)} %`}</span>
      {picture !== undefined && size <= MOST_PICTURE && (
        <button type="button" class="quiet" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? words.hide : words.show}
        </button>
      )}
      {problem !== "" && <span class="problem" role="alert">{problem}</span>}
      {shown && picture !== undefined && <Picture path={path} mime={picture} />}
    </li>
  );
}

function Picture({ path, mime }: { path: string; mime: string }): JSX.Element | null {
  const { files } = useParts();
  const [address, setAddress] = useState("");
  useEffect(() => {
    let made = "";
    let here = true;
    void readFile(files.link, path, () => here).then(
      (parts) => {
        if (parts === null || !here) return;
        made = URL.createObjectURL(new Blob(parts, { type: mime }));
        setAddress(made);
      },
      () => undefined,
    );
    return () => {
      here = false;
      if (made !== "") URL.revokeObjectURL(made);
    };
  }, [path]);
  return address === "" ? null : <div class="plate"><img class="picture" src={address} alt={path} /></div>;
}
