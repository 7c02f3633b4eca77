// Where the names of nodes are written: beside them, in the picture, and not upon each other.

/** The font of a picture, at a size in pixels. */
export const FONT = (size, weight = 400) => `${weight} ${size}px "Source Sans 3", system-ui, sans-serif`;

const GAP = 4;
const HEIGHT = 15;

export class Labels {
  clear() {
    this.boxes = undefined;
  }

  /**
   * The left end and middle of a name of some width beside a node: away from the middle of the picture if that is
   * free, or on the other side; else nothing. What is chosen has its name in any case. `circles` gives the nodes
   * {x, y, size} of this picture, which no name may cover.
   */
  place(width, { x, y, size, isChosen }, { width: most }, circles) {
    this.boxes ??= circles().map((each) => boxAt(each.x - each.size, each.y, 2 * each.size, 2 * each.size));
    const right = [x + size + GAP, y];
    const left = [x - size - GAP - width, y];
    const below = [x - width / 2, y + size + HEIGHT];
    const sides = x < most / 2 ? [left, right] : [right, left];
    const found = (isChosen ? [...sides, below] : sides).find(([atX, atY]) => this.isFree(boxAt(atX, atY, width), most)) ?? (isChosen ? below : undefined);
    if (!found) return undefined;
    this.boxes.push(boxAt(...found, width));
    return { x: found[0], y: found[1] };
  }

  isFree(box, most) {
    return box.left >= 2 && box.right <= most - 2 && !this.boxes.some((each) => overlap(each, box));
  }
}

function boxAt(left, middle, width, height = HEIGHT) {
  return { left, right: left + width, top: middle - height / 2, bottom: middle + height / 2 };
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
