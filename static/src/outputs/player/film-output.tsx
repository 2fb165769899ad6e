/** An animation on a page of ours. */

import "../../common";

export { FilmView as FilmOutput } from "./film-view";
