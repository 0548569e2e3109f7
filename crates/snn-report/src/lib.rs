//! Reports as tables, then text, CSV, JSON, SVG and HTML
