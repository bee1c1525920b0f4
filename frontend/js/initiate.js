// Everything here only adds to pages that work without it.
import "./htmx.js";
import "./forms.js";
import "./draft.js";
import "./writing.js";
import "./upload.js";
import "./page.js";
import "./tiles.js";
