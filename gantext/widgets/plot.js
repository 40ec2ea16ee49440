// Axes, and what is drawn in them: lines, dots, and handles that can be dragged.
import { OWN_KEYS, fresh, html, linspace, svg, write } from "./core.js";
import { d3 } from "./d3.js";

export const panels = (parent) => {
  const element = html("div", { class: "panels" });
  parent.append(element);
  return element;
};

// A drawing with scales. `handles` says that something in it can be dragged; otherwise it is one image.
export const plot = (parent, { title, label, x, y, xlabel, ylabel, width = 360, height = 300, xticks = 5, yticks = 5,
  handles = false }) => {
  const edge = { left: ylabel ? 60 : 36, right: 10, top: title ? 26 : 10, bottom: xlabel ? 44 : 26 };
  const xScale = d3.scaleLinear().domain(x).range([edge.left, width - edge.right]);
  const yScale = d3.scaleLinear().domain(y).range([height - edge.bottom, edge.top]);
  const clip = fresh("clip");
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: handles ? "group" : "img", "aria-label": label });
  drawing.append(svg("clipPath", { id: clip },
    svg("rect", { x: edge.left, y: edge.top, width: width - edge.left - edge.right,
      height: height - edge.top - edge.bottom })));
  const xAxis = svg("g", { class: "axis", transform: `translate(0 ${height - edge.bottom})`, "aria-hidden": "true" });
  const yAxis = svg("g", { class: "axis", transform: `translate(${edge.left} 0)`, "aria-hidden": "true" });
  const words = svg("g", { class: "words", "aria-hidden": "true" });
  const middle = (edge.left + width - edge.right) / 2;
  if (title) words.append(svg("text", { x: middle, y: 17, class: "title" }, ...[title].flat()));
  if (xlabel) words.append(svg("text", { x: middle, y: height - 8 }, xlabel));
  if (ylabel) {
    const centre = (edge.top + height - edge.bottom) / 2;
    words.append(svg("text", { transform: `translate(13 ${centre}) rotate(-90)` }, ylabel));
  }
  const back = svg("g", { "clip-path": `url(#${clip})` });
  const front = svg("g");
  drawing.append(back, xAxis, yAxis, words, front);
  parent.append(html("div", { class: "panel" }, drawing));

  const axes = () => {
    d3.select(xAxis).call(d3.axisBottom(xScale).ticks(xticks).tickSizeOuter(0));
    d3.select(yAxis).call(d3.axisLeft(yScale).ticks(yticks).tickSizeOuter(0));
  };
  axes();
  return {
    svg: drawing,
    x: xScale,
    y: yScale,
    width,
    height,
    edge,
    back, // clipped to the axes
    front, // not clipped, above the axes
    describe: (text) => drawing.setAttribute("aria-label", text),
    scale: (newX, newY) => {
      if (String([newX, newY]) === String([xScale.domain(), yScale.domain()])) return;
      xScale.domain(newX);
      yScale.domain(newY);
      axes();
    },
    // The data coordinates of a pointer's event.
    at: (event) => {
      const matrix = drawing.getScreenCTM().inverse();
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
      return [xScale.invert(point.x), yScale.invert(point.y)];
    },
  };
};

const far = 1e4; // pixels: beyond any drawing, and still a coordinate

// A line through points in data coordinates; it breaks where one is not finite.
export const path = (on, plan, style, attributes = {}) => {
  const element = svg("path", { class: style, ...attributes });
  on.append(element);
  let drawn = "";
  return (points) => {
    let pen = "M";
    let d = "";
    for (const [x, y] of points) {
      const px = plan.x(x);
      const py = plan.y(y);
      if (!(Math.abs(px) < far && Math.abs(py) < far)) {
        pen = "M";
        continue;
      }
      d += `${pen}${px.toFixed(2)} ${py.toFixed(2)}`;
      pen = "L";
    }
    if (d === drawn) return;
    element.setAttribute("d", d);
    drawn = d;
  };
};

// A circle about the origin, or the part of it between two angles.
export const circle = (radius, from = 0, to = 2 * Math.PI) =>
  linspace(from, to, 121).map((angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]);

// As many marks as points, each a circle.
export const dots = (on, plan, style, radius = 4) => {
  const group = svg("g", { class: style });
  on.append(group);
  return (points) => {
    while (group.childElementCount > points.length) group.lastChild.remove();
    while (group.childElementCount < points.length) group.append(svg("circle", { r: radius }));
    points.forEach(([x, y], i) => {
      const seen = Math.abs(plan.x(x)) < far && Math.abs(plan.y(y)) < far;
      group.children[i].setAttribute("cx", seen ? plan.x(x) : -far);
      group.children[i].setAttribute("cy", seen ? plan.y(y) : -far);
    });
  };
};

const PAGE = 10; // so many steps does a page's key go

// Where a key leads from a place. As on a native slider, Home and End lead to the ends and pages are larger steps;
// in a plane these four move along one axis, and with Shift along the other.
const led = ({ key, shiftKey }, place, step, ends) => {
  const arrow = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] }[key];
  const page = { PageDown: -1, PageUp: 1 }[key];
  const end = { Home: 0, End: 1 }[key];
  if (!arrow && page === undefined && end === undefined) return undefined;
  const plane = step[0] > 0 && step[1] > 0;
  const only = step[0] > 0 ? 0 : 1;
  const [along, by] = arrow ?? [Number((page !== undefined) !== shiftKey), page];
  const axis = plane ? along : only;
  const to = [...place];
  if (end !== undefined) to[axis] = ends[axis][end];
  else to[axis] += by * step[axis] * (arrow ? (shiftKey && 5) || 1 : PAGE);
  return to;
};

// Something that is dragged by mouse, finger or keys. `onMove(x, y)` gets data coordinates; `step` is how far an
// arrow key goes (five times that with Shift); an axis whose step is 0 does not move by keys. `ends` are the lowest
// and the highest of each axis. `onRelease` is called when the reader lets go, or presses Enter or the space bar.
// `body`, an SVG element in pixels around the handle, is what can be grabbed in place of a disc.
export const handle = (plan, { label, style, step, onMove, onRelease, ends, body, radius = 8 }) => {
  let place = [0, 0];
  let bounds = ends;
  const disc = svg("circle", { r: radius, class: `grip ${style}` });
  const reach = body ?? svg("circle", { r: 22 });
  reach.classList.add("reach");
  const plane = step[0] > 0 && step[1] > 0;
  const grip = svg("g", { ...OWN_KEYS, class: "handle", tabindex: 0, role: "slider", "aria-label": label,
    "aria-roledescription": plane ? "point in the plane" : undefined,
    "aria-orientation": plane || step[0] > 0 ? undefined : "vertical" }, reach, disc);
  grip.addEventListener("keydown", (event) => {
    const to = led(event, place, step, bounds);
    const release = onRelease && (event.key === "Enter" || event.key === " ");
    if (!to && !release) return;
    event.preventDefault();
    if (to) onMove(...to);
    else onRelease();
  });
  // Without this a browser takes a finger's movement for a scroll and cancels the drag: `touch-action` counts for
  // no SVG group. Beside the handle a finger still scrolls.
  grip.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  let held, moved; // from the pointer to the handle: what is grabbed off its middle does not jump
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    grip.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
    const [x, y] = plan.at(event);
    [held, moved] = [[place[0] - x, place[1] - y], false];
  });
  grip.addEventListener("pointermove", (event) => {
    if (!held || !grip.hasPointerCapture(event.pointerId)) return;
    const [x, y] = plan.at(event);
    moved = true;
    onMove(x + held[0], y + held[1]);
  });
  grip.addEventListener("lostpointercapture", () => {
    if (held && moved) onRelease?.();
    held = undefined;
  });
  plan.front.append(grip);
  // `told` are the words for the place, all its numbers; `now`, `low` and `high` the number that a screen reader
  // takes for it.
  return ({ x, y, told, now, low, high }) => {
    place = [x, y];
    bounds = ends ?? [[low, high], [low, high]];
    grip.setAttribute("transform", `translate(${plan.x(x).toFixed(2)} ${plan.y(y).toFixed(2)})`);
    grip.setAttribute("aria-valuetext", told);
    grip.setAttribute("aria-valuenow", now);
    grip.setAttribute("aria-valuemin", low);
    grip.setAttribute("aria-valuemax", high);
  };
};

// A click or a tap in the axes, beside every handle, gives data coordinates.
export const clickable = (plan, onPick) => {
  plan.svg.classList.add("clickable");
  plan.svg.addEventListener("click", (event) => {
    const place = plan.at(event);
    const inside = [plan.x, plan.y].every((scale, i) => {
      const [low, high] = scale.domain();
      return place[i] >= low && place[i] <= high;
    });
    if (inside && !event.target.closest(".handle")) onPick(...place);
  });
};

// Words on a mark, readable on lines; `(x, y, text)` puts them at data coordinates, moved by pixels, or hides them.
export const words = (on, plan, style, { dx = 0, dy = 0, anchor = "start" } = {}) => {
  const element = svg("text", { class: `mark ${style}`, "aria-hidden": "true" });
  on.append(element);
  return (x, y, text, { side = anchor, right = dx, down = dy } = {}) => {
    const [px, py] = [plan.x(x), plan.y(y)];
    const seen = Boolean(text) && Math.abs(px) < far && Math.abs(py) < far;
    write(element, seen ? text : "");
    if (!seen) return;
    element.setAttribute("text-anchor", side);
    element.setAttribute("x", px + right);
    element.setAttribute("y", py + down);
  };
};
