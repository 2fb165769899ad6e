/** The words of figures that a library draws. Another language is another table of this shape. */

/** Said in the frame, which has nothing of the page. */
export const failed = "This figure could not be drawn:";

export const words = {
  coming: (figure: string) => `${figure} …`,
  gone: "What draws it is kept no more. Run the cell again.",
};
