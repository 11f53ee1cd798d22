//! The keywords of the subset, those left out on purpose, and guesses at misspelt ones.

/// Keywords of the subset and the type they apply to; empty for those that apply to every value or to none.
pub(super) const KEYWORDS: &[(&str, &str)] = &[
    ("$comment", ""),
    ("$defs", ""),
    ("$id", ""),
    ("$ref", ""),
    ("$schema", ""),
    ("additionalProperties", "object"),
    ("anyOf", ""),
    ("const", ""),
    ("default", ""),
    ("description", ""),
    ("enum", ""),
    ("examples", ""),
    ("exclusiveMaximum", "number"),
    ("exclusiveMinimum", "number"),
    ("format", ""),
    ("items", "array"),
    ("maxItems", "array"),
    ("maxLength", "string"),
    ("maximum", "number"),
    ("minItems", "array"),
    ("minLength", "string"),
    ("minimum", "number"),
    ("multipleOf", "number"),
    ("oneOf", ""),
    ("properties", "object"),
    ("required", "object"),
    ("title", ""),
    ("type", ""),
];

/// Keywords of JSON Schema that the subset leaves out, with what to write instead.
pub(super) const REFUSED: &[(&str, &str)] = &[
    ("$anchor", "Refer to `#/$defs/name`."),
    ("$dynamicAnchor", "Refer to `#/$defs/name`."),
    ("$dynamicRef", "Refer to `#/$defs/name`."),
    ("allOf", "Write the keywords of all parts into one schema."),
    ("contains", "Describe every item with `items`."),
    ("contentEncoding", "Say it in `description`."),
    ("contentMediaType", "Say it in `description`."),
    ("definitions", "Rename it to `$defs`."),
    ("dependencies", "Write one `anyOf` alternative for each combination of fields."),
    ("dependentRequired", "Write one `anyOf` alternative for each combination of fields."),
    ("dependentSchemas", "Write one `anyOf` alternative for each combination of fields."),
    ("else", "Write one `anyOf` alternative for each case."),
    ("if", "Write one `anyOf` alternative for each case, told apart by a `const` field."),
    ("maxContains", "Describe every item with `items`."),
    ("maxProperties", "Declare the fields and set `additionalProperties: false`."),
    ("minContains", "Describe every item with `items`."),
    ("minProperties", "List the fields under `required`."),
    ("not", "List what is accepted, with `enum` or `anyOf`."),
    ("nullable", "Write the type as a list, such as `type: [string, \"null\"]`."),
    (
        "pattern",
        "List the texts with `enum`, or limit them with `maxLength`, and say the form in `description`.",
    ),
    ("patternProperties", "Declare the fields by name, or use a list of objects with a name field."),
    ("prefixItems", "Use an object with one named field per position."),
    ("propertyNames", "Declare the fields by name, or use a list of objects with a name field."),
    ("then", "Write one `anyOf` alternative for each case."),
    ("unevaluatedItems", "Describe every item with `items`."),
    ("unevaluatedProperties", "Use `additionalProperties: false`."),
    ("uniqueItems", "Say it in `description`; it cannot be enforced here."),
];

/// Type names.
pub(super) const TYPES: &[&str] = &["array", "boolean", "integer", "null", "number", "object", "string"];

/// At most about 60 characters of a text, for messages.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        text.chars().take(57).chain("…".chars()).collect()
    }
}

/// Edit distance, for "did you mean"; long texts are never near.
pub(super) fn distance(a: &str, b: &str) -> usize {
    if a.len().max(b.len()) > 60 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let next = (diagonal + usize::from(ca != *cb)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}
