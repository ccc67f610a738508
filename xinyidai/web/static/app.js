// Progressive enhancement only: every page works without this file.
(function () {
  "use strict";
  var root = document.documentElement;

  function each(selector, act, scope) {
    Array.prototype.forEach.call((scope || document).querySelectorAll(selector), act);
  }

  // A page that comes back with errors starts at the error summary.
  function focusErrors(scope) {
    var summary = (scope || document).querySelector("[data-error-summary]");
    if (summary) summary.focus();
  }

  // One press, one request: later presses of the same form are dropped for ten seconds.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var large = form.querySelector("input[type=file][data-largest]");
    var file = large && large.files[0];
    if (file && file.size > Number(large.getAttribute("data-largest"))) {
      event.preventDefault();
      window.alert(large.getAttribute("data-too-large"));
      return;
    }
    var question = (event.submitter && event.submitter.getAttribute("data-confirm")) ||
      form.getAttribute("data-confirm");
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    if (!form.hasAttribute("data-once")) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    window.setTimeout(function () { form.removeAttribute("aria-busy"); }, 10000);
  });

  // A page taken from the back-forward cache is ready to be sent again.
  window.addEventListener("pageshow", function () {
    each("form[aria-busy]", function (form) { form.removeAttribute("aria-busy"); });
  });

  // The menu opens by #anchor without script; with script it is a button that says its state.
  each("[data-nav-toggle]", function (link) {
    var nav = document.getElementById(link.getAttribute("data-nav-toggle"));
    if (!nav) return;
    link.setAttribute("role", "button");
    function show(open) {
      nav.classList.toggle("is-open", open);
      link.setAttribute("aria-expanded", String(open));
    }
    show(false);
    link.addEventListener("click", function (event) {
      event.preventDefault();
      show(!nav.classList.contains("is-open"));
    });
    link.addEventListener("keydown", function (event) {
      if (event.key !== " ") return;
      event.preventDefault();
      link.click();
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !nav.classList.contains("is-open")) return;
      show(false);
      link.focus();
    });
  });

  // Large text (大字版): remembered in a cookie, which the server reads for the next page.
  each("[data-text-toggle]", function (button) {
    function mark() {
      button.setAttribute("aria-pressed", String(root.getAttribute("data-text") === "large"));
    }
    button.hidden = false;
    mark();
    button.addEventListener("click", function () {
      var large = root.getAttribute("data-text") !== "large";
      if (large) root.setAttribute("data-text", "large");
      else root.removeAttribute("data-text");
      document.cookie = "text_size=" + (large ? "large" : "normal") +
        "; path=/; max-age=31536000; samesite=lax";
      mark();
    });
  });

  each("[data-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  document.addEventListener("htmx:afterSwap", function (event) { focusErrors(event.target); });
  focusErrors();
})();
