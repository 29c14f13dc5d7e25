// Enhancements only: every page is complete without them. Each module does nothing where its element is absent.
import "./question.js";
import "./countdown.js";
import "./place.js";
import "./print.js";

document.documentElement.classList.add("js");
document.querySelector(".error-summary")?.focus();
