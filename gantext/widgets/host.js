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

  const mount = (place) => {
    const stage = document.createElement("div");
    try {
      const { module, state } = JSON.parse(place.querySelector("script").textContent);
      const model = new Model(state);
      globalThis.gantextFigures[module].render({ model, el: stage });
      place.gantextModel = model; // for scripts of the page, and for tests
      place.replaceChildren(stage);
    } catch (error) {
      const message = document.createElement("p");
      message.setAttribute("role", "alert");
      message.textContent = `This figure does not move here: ${error.message}`;
      place.append(message);
    }
  };

  const mountAll = () => document.querySelectorAll(".gantext-stored-figure").forEach(mount);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
