//! Where the console begins: what it looks like, what it asks for first, and then all that draws it, side by side.

import "./styles/base.css";
import "./store/theme";
import { askEarly } from "./api/early";
import { ROOT } from "./api/root";

askEarly(ROOT, location);
if (location.pathname.startsWith("/console/e/")) void import("./pages/execution/ExecutionPage");
void import("./app/start");
