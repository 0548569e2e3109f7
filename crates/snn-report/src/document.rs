//! Descriptions as Markdown and as one page of HTML.

/// A description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Its sections in order.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// A paragraph.
    pub text: Option<String>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Equations and rules, one per line.
    pub equations: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|h| h.to_string()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn cells(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds rows of a name and a value, those with a value.
    pub fn row<const N: usize>(&mut self, rows: [(&str, String); N]) {
        let filled = rows.into_iter().filter(|(_, value)| !value.is_empty());
        self.rows.extend(filled.map(|(name, value)| vec![name.to_owned(), value]));
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<_> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = format!("|{}\n", " --- |".repeat(self.head.len()));
        line(&self.head) + &rule + &self.rows.iter().map(|r| line(r)).collect::<String>()
    }

    fn html(&self) -> String {
        let row = |cells: &[String], tag: &str| {
            let cell = |c: &String| format!("<{tag}>{}</{tag}>", escaped(c));
            format!("<tr>{}</tr>\n", cells.iter().map(cell).collect::<String>())
        };
        let rows: String = self.rows.iter().map(|r| row(r, "td")).collect();
        format!("<table>\n{}{rows}</table>\n", row(&self.head, "th"))
    }
}

impl Document {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("# {}\n", self.title);
        for section in &self.sections {
            text += &format!("\n## {}\n", section.title);
            if let Some(paragraph) = &section.text {
                text += &format!("\n{paragraph}\n");
            }
            for table in &section.tables {
                text += &format!("\n{}", table.markdown());
            }
            if !section.equations.is_empty() {
                text += &format!("\n```\n{}\n```\n", section.equations.join("\n"));
            }
        }
        text
    }

    /// As one page of HTML that loads nothing.
    pub fn html(&self) -> String {
        let title = escaped(&self.title);
        let mut text = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\nbody {{ font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; }}\ntable {{ border-collapse: collapse; margin: 1em 0; }}\ntd, th {{ border: 1px solid #bbb; padding: .2em .6em; text-align: left; }}\npre {{ background: #f5f5f5; padding: .6em; }}\n</style>\n<h1>{title}</h1>\n"
        );
        for section in &self.sections {
            text += &format!("<h2>{}</h2>\n", escaped(&section.title));
            if let Some(paragraph) = &section.text {
                text += &format!("<p>{}</p>\n", escaped(paragraph));
            }
            text += &section.tables.iter().map(Table::html).collect::<String>();
            if !section.equations.is_empty() {
                text += &format!("<pre>{}</pre>\n", escaped(&section.equations.join("\n")));
            }
        }
        text + "</html>\n"
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
