//! The table that is printed: measurement, figure, target, met or missed.
//!
//! Nothing here fails: a missed target is a word in a column.

use std::time::Duration;

/// One line of the table.
struct Line {
    what: String,
    figure: String,
    target: String,
    verdict: &'static str,
}

/// All lines so far.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// Adds a figure that must not be above its target.
    pub fn at_most(&mut self, what: &str, figure: Figure, target: f64) {
        let verdict = if figure.value <= target { "met" } else { "MISSED" };
        let target = format!("<= {}", figure.unit.show(target));
        self.add(what, figure.text(), target, verdict);
    }

    /// Adds a figure for what stands beside it, without a target of its own.
    pub fn note(&mut self, what: &str, figure: Figure) {
        self.add(what, figure.text(), String::new(), "");
    }

    /// Adds a heading.
    pub fn section(&mut self, title: &str) {
        eprintln!("-- {title}");
        let line = Line {
            what: format!("[{title}]"),
            figure: String::new(),
            target: String::new(),
            verdict: "",
        };
        self.lines.push(line);
    }

    fn add(&mut self, what: &str, figure: String, target: String, verdict: &'static str) {
        // A long run shows what it has, should it be ended.
        eprintln!("   {what}: {figure} {target} {verdict}");
        self.lines.push(Line { what: format!("  {what}"), figure, target, verdict });
    }

    /// Prints the table.
    pub fn print(&self) {
        let wide = |cell: fn(&Line) -> &str| {
            self.lines.iter().map(|line| cell(line).chars().count()).max().unwrap_or(0)
        };
        let (what, figure, target) =
            (wide(|line| &line.what), wide(|line| &line.figure), wide(|line| &line.target));
        println!("{:what$}  {:figure$}  {:target$}  verdict", "measurement", "figure", "target");
        for line in &self.lines {
            let Line { what: name, figure: got, target: aim, verdict } = line;
            let row = format!("{name:what$}  {got:figure$}  {aim:target$}  {verdict}");
            println!("{}", row.trim_end());
        }
    }
}

/// A measured number with its unit and what stands behind it in brackets.
pub struct Figure {
    value: f64,
    unit: Unit,
    beside: String,
}

/// What a number counts.
#[derive(Clone, Copy)]
pub enum Unit {
    Ms,
    Mb,
    /// Percent of one core.
    Core,
    /// Bytes a second.
    Bytes,
    /// Requests a second.
    Requests,
    /// Things.
    Count,
}

impl Figure {
    /// A number in a unit.
    pub fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit, beside: String::new() }
    }

    /// A time.
    pub fn time(time: Duration) -> Self {
        Self::new(ms(time), Unit::Ms)
    }

    /// The same, with a remark.
    #[must_use]
    pub fn beside(mut self, beside: impl Into<String>) -> Self {
        self.beside = beside.into();
        self
    }

    fn text(self) -> String {
        let value = self.unit.show(self.value);
        if self.beside.is_empty() { value } else { format!("{value} ({})", self.beside) }
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Ms if value < 10.0 => format!("{value:.2} ms"),
            Self::Ms => format!("{value:.1} ms"),
            Self::Mb => format!("{value:.1} MB"),
            Self::Core => format!("{value:.2} % of a core"),
            Self::Bytes => format!("{value:.0} B/s"),
            Self::Requests => format!("{value:.2} /s"),
            Self::Count => format!("{value:.0}"),
        }
    }
}

/// A time in milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
