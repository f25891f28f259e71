// A trace that is in the document itself.
import { tracePage } from "./tracepage.js";

const trace = JSON.parse(document.getElementById("trace").textContent);
document.getElementById("main").append(tracePage(trace, { all: true }, () => {}, {}, []).element);
