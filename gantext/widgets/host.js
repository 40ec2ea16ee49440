// The website's host: gives each stored figure a model and lets it draw itself in the place of its picture. If
// anything goes wrong, the picture stays.
(() => {
  class Model {
    #values;
    #listeners = new Map();

    constructor(values) {
      this.#values = values;
    }

    get(key) {
      return this.#values[key];
    }

    set(key, value) {
      if (Object.is(this.#values[key], value)) return;
      this.#values[key] = value;
      for (const listener of [...(this.#listeners.get(`change:${key}`) ?? [])]) listener();
    }

    on(event, listener) {
      if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
      this.#listeners.get(event).add(listener);
    }

    off(event, listener) {
      this.#listeners.get(event)?.delete(listener);
    }

    save_changes() {} // there is no kernel to tell
  }

  // A link to what a figure shows ------------------------------------------------------------------------------
  // Its address ends in #figure=2&eta=0.5: which figure of the page, and what differs from its stored state.

  const LONGEST = 500; // characters of a value that a link may have; a recording has more
  const sites = ["http:", "https:", "file:"]; // elsewhere, as in a frame of Jupyter's, an address leads nowhere

  const linkTo = (number, stored, values) => {
    const fragment = new URLSearchParams({ figure: number });
    for (const key of Object.keys(stored)) {
      const [before, now] = [stored[key], values[key]].map((value) => JSON.stringify(value));
      if (now !== before && now.length <= LONGEST) fragment.set(key, now);
    }
    return `${location.href.split("#")[0]}#${fragment}`;
  };

  // What the page's address says of a figure; undefined if it speaks of another, or of none.
  const linked = (number, stored) => {
    const fragment = new URLSearchParams(location.hash.slice(1));
    if (fragment.get("figure") !== String(number)) return undefined;
    const state = structuredClone(stored);
    for (const [key, text] of fragment) {
      if (!Object.hasOwn(stored, key)) continue;
      try {
        state[key] = JSON.parse(text);
      } catch {
        return undefined;
      }
    }
    return state;
  };

  const linkButton = (address) => {
    const line = document.createElement("p");
    line.className = "gantext-figure-link";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy a link to this state";
    const told = document.createElement("output");
    button.addEventListener("click", async () => {
      history.replaceState(history.state, "", address());
      try {
        await navigator.clipboard.writeText(address());
        told.value = "Copied.";
      } catch {
        told.value = "The link is in the address bar.";
      }
    });
    line.append(button, told);
    return line;
  };

  // Figures on the page -----------------------------------------------------------------------------------------

  const renderInto = (place, module, state) => {
    const stage = document.createElement("div");
    const model = new Model(state);
    const end = globalThis.gantextFigures[module].render({ model, el: stage });
    place.gantextModel = model; // for scripts of the page, and for tests
    return { stage, model, end };
  };

  const mount = (place, index) => {
    try {
      const { module, state } = JSON.parse(place.querySelector("script").textContent);
      let shown;
      const show = (wanted) => {
        shown?.end();
        shown = renderInto(place, module, structuredClone(wanted));
      };
      const open = () => {
        const wanted = linked(index + 1, state);
        if (shown && !wanted) return;
        show(wanted ?? state);
        // A link that the figure cannot show is no link.
        if (wanted && shown.stage.querySelector(".message")) show(state);
        place.replaceChildren(shown.stage);
        if (!sites.includes(location.protocol)) return;
        const values = () => Object.fromEntries(Object.keys(state).map((key) => [key, shown.model.get(key)]));
        place.append(linkButton(() => linkTo(index + 1, state, values())));
        if (wanted) place.scrollIntoView({ block: "start" });
      };
      open();
      addEventListener("hashchange", open);
    } catch (error) {
      const message = document.createElement("p");
      message.setAttribute("role", "alert");
      message.textContent = `This figure does not move here: ${error.message}`;
      place.append(message);
    }
  };

  const mountAll = () => [...document.querySelectorAll(".gantext-stored-figure")].forEach(mount);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
