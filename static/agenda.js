// The agenda: keys, search while typing, and news without a reload. The page is complete without any of it.
import "./agenda-search.js";
import "./agenda-keys.js";
import "./agenda-live.js";
