/** Plots and pictures: shown by code that comes with the first of them. */

import { OnDemand } from "../../workbench/on-demand";
import { outputKinds, textOf, type OutputKind } from "../kinds";

export interface Image {
  readonly mime: string;
  readonly data: string;
  readonly alt: string;
  readonly width: number | null;
}

const picture = { load: () => import("../picture").then((module) => module.Picture) };

const image: OutputKind<Image> = {
  id: "image",
  mime: ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"],
  read: ({ mime, data, metadata, plain }) => ({
    mime,
    data,
    alt: textOf(metadata["title"]) || plain,
    width: typeof metadata["width"] === "number" ? metadata["width"] : null,
  }),
  show: (item) => <OnDemand of={picture} props={{ item }} />,
};

outputKinds.add(image);
