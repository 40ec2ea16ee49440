export { scaleLinear } from "d3-scale";
export { axisBottom, axisLeft } from "d3-axis";
export { select } from "d3-selection";
