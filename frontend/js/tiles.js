// The tile map as one stop of the tab key: the arrow keys go from tile to tile, Home and End to the first and the last.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function middle(tile) {
  const box = tile.getBBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/** The nearest tile in a direction; one that lies aside counts as further away. */
function next(tiles, from, [right, down]) {
  const [x, y] = middle(from);
  let best = null;
  let least = Infinity;
  for (const tile of tiles) {
    const [east, south] = middle(tile);
    const ahead = (east - x) * right + (south - y) * down;
    const aside = Math.abs((east - x) * down) + Math.abs((south - y) * right);
    if (ahead > 1 && ahead + 3 * aside < least) [best, least] = [tile, ahead + 3 * aside];
  }
  return best;
}

// No listener for focus: with one, Chromium makes the drawing itself a stop of the tab key.
for (const map of document.querySelectorAll("[data-tiles]")) {
  const tiles = [...map.querySelectorAll("a")];
  tiles[0]?.setAttribute("tabindex", "0");
  document.querySelector("[data-tiles-hint]").hidden = false;
  map.addEventListener("keydown", (event) => {
    const from = event.target.closest("a");
    const ends = { Home: tiles[0], End: tiles.at(-1) };
    const tile = WAYS[event.key] ? next(tiles, from, WAYS[event.key]) : ends[event.key];
    if (!tile || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    map.querySelector("[tabindex='0']").setAttribute("tabindex", "-1");
    tile.setAttribute("tabindex", "0");
    tile.focus();
  });
}
