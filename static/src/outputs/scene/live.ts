/** Which scenes hold memory of the graphics processor: the few that were seen last. The others keep the picture that they showed. */

export class Live<Item> {
  /** The one that was seen last comes last. */
  private items: Item[] = [];

  /** @param put takes the memory from an item that is to be live no longer. */
  constructor(
    private readonly most: number,
    private readonly put: (item: Item) => void,
  ) {}

  seen(item: Item): void {
    this.items = [...this.items.filter((each) => each !== item), item];
    for (const old of this.items.splice(0, this.items.length - this.most)) this.put(old);
  }

  gone(item: Item): void {
    this.items = this.items.filter((each) => each !== item);
  }

  get count(): number {
    return this.items.length;
  }
}
