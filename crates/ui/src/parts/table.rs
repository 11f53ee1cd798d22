//! Tables that become rows of cards on a narrow screen.

use maud::{Markup, html};

/// A table under construction.
pub struct Table {
    caption: String,
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<Markup>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Start,
    Number,
}

impl Table {
    /// A table; the caption is read out, not seen.
    #[must_use]
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), columns: Vec::new(), rows: Vec::new() }
    }

    /// A column. The first is the heading of its row.
    #[must_use]
    pub fn column(mut self, heading: impl Into<String>) -> Self {
        self.columns.push((heading.into(), Align::Start));
        self
    }

    /// A column of numbers.
    #[must_use]
    pub fn number(mut self, heading: impl Into<String>) -> Self {
        self.columns.push((heading.into(), Align::Number));
        self
    }

    /// Adds a row, with a cell for each column.
    pub fn row(&mut self, cells: Vec<Markup>) {
        self.rows.push(cells);
    }

    /// Whether it has no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Drawn. Roles are written out because the narrow form changes how rows are displayed, which would take them away.
    #[must_use]
    pub fn draw(&self) -> Markup {
        html! {
            table class="data" role="table" {
                caption class="vh" { (self.caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for (heading, align) in &self.columns {
                            th scope="col" role="columnheader" class=[(*align == Align::Number).then_some("num")] { (heading) }
                        }
                    }
                }
                tbody role="rowgroup" {
                    @for row in &self.rows {
                        tr role="row" {
                            @for (i, (cell, (heading, align))) in row.iter().zip(&self.columns).enumerate() {
                                @if i == 0 {
                                    th scope="row" role="rowheader" { (cell) }
                                } @else {
                                    td role="cell" data-label=(heading) class=[(*align == Align::Number).then_some("num")] { (cell) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
