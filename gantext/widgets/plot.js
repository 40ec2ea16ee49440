// Axes, and what is drawn in them: lines, dots, and handles that can be dragged.
import { OWN_KEYS, fresh, html, svg } from "./core.js";
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
  if (title) words.append(svg("text", { x: middle, y: 17, class: "title" }, title));
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
    element.setAttribute("d", d);
  };
};

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

// Something that is dragged by mouse, finger or arrow keys. `onMove(x, y)` gets data coordinates; `step` is how
// far an arrow key goes (five times that with Shift); an axis whose step is 0 does not move by keys.
export const handle = (plan, { label, style, step: [dx, dy], onMove, radius = 8 }) => {
  let place = [0, 0];
  const disc = svg("circle", { r: radius, class: `grip ${style}` });
  const reach = svg("circle", { r: 22, class: "reach" });
  const grip = svg("g", { ...OWN_KEYS, class: "handle", tabindex: 0, role: "slider", "aria-label": label },
    reach, disc);
  const keys = { ArrowLeft: [-dx, 0], ArrowRight: [dx, 0], ArrowDown: [0, -dy], ArrowUp: [0, dy] };
  grip.addEventListener("keydown", (event) => {
    const by = keys[event.key];
    if (!by || (by[0] === 0 && by[1] === 0)) return;
    event.preventDefault();
    const times = event.shiftKey ? 5 : 1;
    onMove(place[0] + times * by[0], place[1] + times * by[1]);
  });
  grip.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    grip.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (grip.hasPointerCapture(event.pointerId)) onMove(...plan.at(event));
  });
  plan.front.append(grip);
  // `told` are the words for the place; `now`, `low` and `high` the number that a screen reader takes for it.
  return ({ x, y, told, now, low, high }) => {
    place = [x, y];
    grip.setAttribute("transform", `translate(${plan.x(x).toFixed(2)} ${plan.y(y).toFixed(2)})`);
    grip.setAttribute("aria-valuetext", told);
    grip.setAttribute("aria-valuenow", now);
    grip.setAttribute("aria-valuemin", low);
    grip.setAttribute("aria-valuemax", high);
  };
};
