// A box whose content is wider than itself scrolls; let the keyboard reach it, and give it a name to read out.
(() => {
  const boxes = [
    ["div.math", "Formula, scrolls sideways"],
    ["mjx-container", "Formula, scrolls sideways"],
    [".cell_output .output", "Output, scrolls sideways"],
    [".cell_output .text_html", "Table, scrolls sideways"],
    [".pst-scrollable-table-container", "Table, scrolls sideways"],
    [".highlight pre", "Code, scrolls sideways"],
  ];

  const mark = () => {
    for (const [selector, name] of boxes) {
      for (const box of document.querySelectorAll(selector)) {
        const style = getComputedStyle(box);
        const scrolls = box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(style.overflowX);
        if (scrolls) {
          box.setAttribute("tabindex", "0");
          box.setAttribute("role", "group");
          box.setAttribute("aria-label", name);
        } else if (box.getAttribute("aria-label") === name) {
          box.removeAttribute("tabindex");
          box.removeAttribute("role");
          box.removeAttribute("aria-label");
        }
      }
    }
  };

  let waiting;
  const later = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(mark);
  };

  // The theme's arrows that open a branch of the navigation have no name of their own.
  const nameArrows = () => {
    for (const arrow of document.querySelectorAll("nav li > details > summary")) {
      const link = arrow.closest("li").querySelector(":scope > a");
      if (!arrow.textContent.trim() && link) arrow.setAttribute("aria-label", `Pages of ${link.textContent.trim()}`);
    }
  };

  // Nor is the theme's sidebar a part of the page that a screen reader can jump to.
  const nameSidebar = () => {
    const sidebar = document.querySelector(".bd-sidebar-primary");
    sidebar?.setAttribute("role", "region");
    sidebar?.setAttribute("aria-label", "The book");
  };

  window.addEventListener("load", () => {
    nameArrows();
    nameSidebar();
    later();
    // Formulas get their width only when they are set.
    window.MathJax?.startup?.promise?.then(later);
  });
  window.addEventListener("resize", later);
  document.addEventListener("toggle", later, true);
  document.addEventListener("click", later);
})();
