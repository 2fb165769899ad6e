/** Plots and pictures: shown by code that comes with the first of them. */

import { OnDemand } from "../../workbench/on-demand";
import { numberOf, outputKinds, textOf, type OutputKind } from "../kinds";

export interface Image {
  readonly mime: string;
  readonly data: string;
  readonly alt: string;
  readonly width: number | null;
  readonly height: number | null;
}

const picture = { load: () => import("../pictures/picture").then((module) => module.Picture) };

const image: OutputKind<Image> = {
  id: "image",
  mime: ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"],
  read: ({ mime, data, metadata, plain }) => ({
    mime,
    data,
    alt: textOf(metadata["title"]) || plain,
    width: numberOf(metadata["width"]) || null,
    height: numberOf(metadata["height"]) || null,
  }),
  show: (item) => <OnDemand of={picture} props={{ item }} />,
};

outputKinds.add(image);
