//! Form fields: label, hint, control, and what is wrong with what was entered.

use maud::{Markup, html};

/// The control of a field.
enum Control {
    Line(&'static str),
    Area(u32),
    Choice(Vec<(String, String)>),
}

/// A field under construction.
pub struct Field {
    name: String,
    id: String,
    label: String,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    control: Control,
    required: bool,
    extra: Vec<(&'static str, String)>,
    options: Vec<String>,
}

impl Field {
    /// A field of one line. `name` is also its id on the page.
    #[must_use]
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            id: format!("f-{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")),
            name,
            label: label.into(),
            value: String::new(),
            hint: None,
            error: None,
            control: Control::Line("text"),
            required: false,
            extra: Vec::new(),
            options: Vec::new(),
        }
    }

    /// As another type of line, such as `date`, `time`, `search`, `number`.
    #[must_use]
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.control = Control::Line(kind);
        self
    }

    /// Several lines high.
    #[must_use]
    pub fn area(mut self, rows: u32) -> Self {
        self.control = Control::Area(rows);
        self
    }

    /// A choice of values with their labels.
    #[must_use]
    pub fn choice(mut self, options: Vec<(String, String)>) -> Self {
        self.control = Control::Choice(options);
        self
    }

    /// Values offered while typing.
    #[must_use]
    pub fn offers(mut self, values: Vec<String>) -> Self {
        self.options = values;
        self
    }

    /// What is in it.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// How to fill it in.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong with what was entered.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// It must be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// An id other than the one made from the name.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// A further attribute of the control: `autocomplete`, `maxlength`, `step`, `data-…`. Never one that runs scripts.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.extra.push((name, value.into()));
        self
    }

    fn extra(&self, name: &str) -> Option<&str> {
        self.extra.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// Drawn.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let hint_id = format!("{}-hint", self.id);
        let error_id = format!("{}-error", self.id);
        let list_id = format!("{}-list", self.id);
        let described: Vec<&str> =
            [self.error.as_ref().map(|_| error_id.as_str()), self.hint.as_ref().map(|_| hint_id.as_str())]
                .into_iter()
                .flatten()
                .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let invalid = self.error.as_ref().map(|_| "true");
        let list = (!self.options.is_empty()).then_some(list_id.as_str());
        html! {
            div class="field" {
                label for=(self.id) {
                    (self.label)
                    @if self.required { span class="required" { " " (crate::words::t!("common-required")) } }
                }
                @if let Some(hint) = &self.hint { p class="hint" id=(hint_id) { (hint) } }
                @if let Some(error) = &self.error { p class="error" id=(error_id) { (super::icon::of(super::Tone::Bad)) (error) } }
                @match &self.control {
                    Control::Line(kind) => {
                        input type=(kind) id=(self.id) name=(self.name) value=(self.value) required[self.required]
                            aria-describedby=[described.as_deref()] aria-invalid=[invalid] list=[list]
                            autocomplete=(self.extra("autocomplete").unwrap_or("off")) maxlength=[self.extra("maxlength")]
                            min=[self.extra("min")] max=[self.extra("max")] step=[self.extra("step")] dir="auto"
                            inputmode=[self.extra("inputmode")] spellcheck=[self.extra("spellcheck")]
                            data-auto=[self.extra("data-auto")] data-search=[self.extra("data-search")];
                    }
                    Control::Area(rows) => {
                        // The first newline after the tag is dropped by browsers, so one of our own stands there.
                        textarea id=(self.id) name=(self.name) rows=(rows) required[self.required] dir="auto"
                            aria-describedby=[described.as_deref()] aria-invalid=[invalid]
                            maxlength=[self.extra("maxlength")] spellcheck=[self.extra("spellcheck")]
                            data-editor=[self.extra("data-editor")] data-variables=[self.extra("data-variables")]
                            data-includes=[self.extra("data-includes")] data-problems=[self.extra("data-problems")]
                            data-say-plain=[self.extra("data-say-plain")] data-say-rich=[self.extra("data-say-rich")]
                            data-filters=[self.extra("data-filters")]
                            { "\n" (self.value) }
                    }
                    Control::Choice(options) => {
                        select id=(self.id) name=(self.name) required[self.required]
                            aria-describedby=[described.as_deref()] aria-invalid=[invalid] data-auto=[self.extra("data-auto")] {
                            @for (value, label) in options {
                                option value=(value) selected[*value == self.value] { (label) }
                            }
                        }
                    }
                }
                @if !self.options.is_empty() {
                    datalist id=(list_id) { @for value in &self.options { option value=(value) {} } }
                }
            }
        }
    }
}
